"""A lock of Git's that the disk does not let a dump remove: it tries again,
and what stays is known by the next run for ddbgit's, and only that."""

import pytest

import machine_scene

LOCKS = {"HEAD": "unlink %/.git/HEAD.lock",
         "index": "unlink %/.git/index.lock",
         "tag": "unlink %/.git/refs/tags/"}

@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("left-locks")
    with machine_scene.made(folder, "worktree") as made:
        yield made


DUMP = ["dump", "--env=dev", "--commit"]


def locks(scene):
    return [path.name for path in scene.git_dir.rglob("*.lock")]


def dump_with_eio(scene, when, lock):
    scene.reset()
    # A tag is the next thing that wants to be written down.
    scene.args = DUMP + (["--tag"] if lock == "tag" else [])
    only = LOCKS[lock].replace("%", str(scene.top))
    return scene.struck("write", KILL_AT="1", KILL_WHEN=when,
                        KILL_ERRNO="EIO", KILL_ONLY=only)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_removed_at_the_second_try(scene, lock):
    done = dump_with_eio(scene, "fail", lock)
    assert done.status == 0 and len(scene.log) == 2, str(done)
    assert locks(scene) == [] and "[WARNING]" not in done.err


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_that_stays_is_removed_by_the_next_run(scene, lock):
    done = dump_with_eio(scene, "fail-on", lock)
    assert done.status == 0 and scene.judge(done) == "new"
    left, = locks(scene)
    assert f"{left}' could not be removed" in done.err
    mended = scene.dump(status=0)
    assert f"{left}', left by an earlier run" in mended.err
    assert locks(scene) == []
    assert scene.committed() == "new"
    scene.fsck()


def test_a_lock_of_others_in_its_place_stays(scene):
    dump_with_eio(scene, "fail-on", "HEAD")
    head = scene.git_dir / "HEAD.lock"
    head.unlink()
    head.touch()
    refused = scene.dump()
    assert f"'{head}' is somebody else's lock: left alone" in refused.err
    assert locks(scene) == ["HEAD.lock"]
    # With the lock that stayed goes what was written down about it.
    head.unlink()
    assert "lock" not in scene.dump(status=0).err
