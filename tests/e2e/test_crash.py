"""What a commit writes, and what it leaves alone. How it fares killed and
broken at each call is in test_matrix_machine.py."""

import re

import pytest

import machine_scene


@pytest.fixture
def make_scene(tmp_path):
    """make_scene(MODE): a project with a backup, and a table that changed."""
    made = []

    def make(mode):
        made.append(machine_scene.Scene(tmp_path / mode, mode))
        return made[-1]
    yield make
    for scene in made:
        scene.__exit__(None)


def test_somebodys_lock_is_not_touched(make_scene):
    scene = make_scene("worktree")
    lock = scene.git_dir / "index.lock"
    lock.write_text("somebody's")
    refused = scene.dump(status=1)
    assert "index.lock" in refused.err
    assert lock.read_text() == "somebody's"
    assert scene.tip() == scene.old_tip
    lock.unlink()
    scene.dump(status=0)
    scene.judge_next(refused)


@pytest.mark.parametrize("mode", ["worktree", "branch", "bare"])
def test_each_object_is_written_once(make_scene, mode):
    scene = make_scene(mode)
    for n in range(4):  # more than libgit2 is given in one piece
        scene.fake.tables["media"].put({
            "id": {"S": f"large-{n}"}, "text": {"S": "x" * 390_000}})
    scene.struck("write")
    begun = [call for call in scene.log if call[0] == "create" and
             re.search("objects/(tmp_object_git2_|.*tmp_ddbgit_)", call[1])]
    written = {call[-1] for call in scene.log if
               re.search(r"objects/[0-9a-f]{2}/[0-9a-f]{38}$", call[-1])}
    assert len(begun) == len(written) > 4, scene.log


@pytest.mark.parametrize("mode", ["worktree", "bare"])
def test_a_branch_that_moved_and_is_not_flushed_is_said_to_have_moved(
        make_scene, mode):
    scene = make_scene(mode)
    failed = scene.struck("write", KILL_WHEN="fail", KILL_ERRNO="EIO",
                          KILL_ONLY=f"fsync {scene.git_dir}/refs/heads ",
                          KILL_AT="1")
    assert failed.status == 1 and ": committed " in failed.err, str(failed)
    assert "failed to fsync directory" in failed.err
    assert scene.judge(failed) == "new"
    scene.dump(status=0)
    scene.judge_next(failed)
