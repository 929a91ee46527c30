"""What log tells when a file of the repository cannot be read: all or an
error, never less without a word."""

import json
import re

import pytest

import machine_scene
import project as projects


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Its last backup was committed by hand: its facts are in a file."""
    folder = tmp_path_factory.mktemp("unreadable")
    with machine_scene.made(folder, "worktree") as made:
        made.git("commit", "-q", "--amend", "-m", "By hand")
        made.git("tag", "-f", "-a", "-m", "By hand", "by-hand")
        made.git("tag", "of-a-tree", "HEAD^{tree}")
        yield made


def log(scene, **env):
    return scene.project.ddbgit("log", "--json", cwd=scene.cwd,
                                env={**scene.env, **env}, status=None)


def object_path(scene, revision):
    name = scene.git("rev-parse", revision)
    return f"objects/{name[:2]}/{name[2:]}"


def log_without(scene, revision, errno):
    return log(scene, **projects.preloaded("killer.so"), KILL_CALLS="read",
               KILL_AT="1", KILL_WHEN="fail-on", KILL_ERRNO=errno,
               KILL_ONLY=object_path(scene, revision))


@pytest.mark.parametrize("errno", ["EIO", "EMFILE"])
@pytest.mark.parametrize("revision", [
    f"HEAD:{machine_scene.SNAPSHOT}/table-metadata.json", "by-hand"])
def test_what_cannot_be_read_is_an_error(scene, revision, errno):
    told = json.loads(log(scene).out.splitlines()[0])
    assert (told["table"], told["tags"]) == ("media", ["by-hand"])
    failed = log_without(scene, revision, errno)
    assert failed.status == 1, str(failed)
    assert re.search("cannot (be )?read", failed.err), str(failed)


def test_metadata_that_is_no_file_is_none(scene):
    folder = scene.top / machine_scene.SNAPSHOT
    (folder / "table-metadata.json").unlink()
    (folder / "table-metadata.json").symlink_to("elsewhere")
    scene.git("commit", "-qam", "A link")
    told = json.loads(log(scene).out.splitlines()[0])
    assert (told["subject"], told["table"]) == ("A link", None)
