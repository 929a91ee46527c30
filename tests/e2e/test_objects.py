"""The objects of many chunks, as Git itself sees them."""

import filecmp
import urllib.request

import pytest

import replay

ITEMS = 12_000  # some 130 chunks: more than are written one by one
DUMP = ["dump", "--env=dev", "--layout=chunked", "--commit"]
SNAPSHOT = "backups/dynamodb/dev"


@pytest.fixture
def table(project):
    with replay.Replay(ITEMS) as server:
        project.local(server.endpoint, server.table, env="dev")
        yield server


def objects(project):
    """count, packs and the like, of git count-objects."""
    lines = project.git("count-objects", "-v").splitlines()
    return {name: int(value) for name, value in
            (line.split(": ") for line in lines)}


def check(project):
    """The repository is sound, and a clone's files are those in place."""
    assert project.git("fsck", "--strict", "--full", "--no-dangling") == ""
    for index in (project.path / ".git/objects/pack").glob("*.idx"):
        project.git("verify-pack", str(index))
    assert project.git("status", "--porcelain", "--", "backups") == ""
    clone = project.path.parent / "clone"
    project.git("clone", "-q", str(project.path), str(clone))
    names = project.git("ls-files", SNAPSHOT).splitlines()
    place = sorted(str(path.relative_to(project.path)) for path in
                   project.snapshot("dev").rglob("*") if path.is_file())
    assert sorted(names) == place
    assert filecmp.cmpfiles(project.path, clone, names, shallow=False) == (
        names, [], [])
    project.run("rm", "-r", str(clone))


def test_chunks_are_one_pack_and_changes_a_few_objects(project, table):
    project.ddbgit(*DUMP)
    first = objects(project)
    assert first["packs"] == 1 and first["in-pack"] > 130
    assert first["count"] < 12  # description, folders above, commits
    check(project)
    with urllib.request.urlopen(f"{table.endpoint}/change/20"):
        pass
    project.ddbgit(*DUMP)
    assert "Ddbgit-Changes: +0 ~20 -0" in project.git("log", "-1",
                                                      "--format=%B")
    second = objects(project)
    assert second["packs"] == 1
    assert second["count"] - first["count"] < 70
    assert second["size"] - first["size"] < 1500  # KiB
    check(project)
    project.git("gc", "-q", "--prune=now")
    check(project)
    assert "No changes since" in project.ddbgit(*DUMP).err
    assert objects(project)["count"] == 0


def test_without_a_work_tree_they_are_the_same(project, table):
    project.ddbgit(*DUMP)
    project.git("pack-refs", "--all")
    before = objects(project)
    project.ddbgit(*DUMP, "--branch=side", "--memory=8M")
    assert objects(project)["packs"] == before["packs"] + 1
    for name in ("table-data", "table-data.json", "table-schema.json"):
        ids = project.git("rev-parse", f"HEAD:{SNAPSHOT}/{name}",
                          f"side:{SNAPSHOT}/{name}").split()
        assert ids[0] == ids[1]
    check(project)
