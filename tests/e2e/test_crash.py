"""Killed before and after each call that changes the file system.

After each: the old dump or the new one is whole, never a mix; `git fsck
--strict` is clean; the next run succeeds; somebody's lock is not touched; no
debris is left.
"""

import itertools
import os
import re
import shutil

import pytest

import project as projects


def killer():
    return projects.preloaded("killer.so")


def items(generation):
    return [{"id": {"S": f"item-{n:03}"}, "g": {"S": generation}}
            for n in range(30)]


class Scene:
    """A project with one committed dump, and a table that has changed."""

    def __init__(self, project, fake, mode):
        self.project, self.fake, self.mode = project, fake, mode
        fake.create("media", items("old"))
        project.local(fake.endpoint, "media", env="dev")
        self.template = project.path.parent / "template"
        self.args = ["dump", "--env=dev", "--commit", "--tag"]
        self.env = {"DDBGIT_TEST_CLOCK": "1000"}
        self.cwd = project.path
        self.ref = "main"
        if mode == "branch":
            self.args.append("--branch=backups")
            self.ref = "backups"
        if mode == "bare":
            self.cwd = project.path / "bare.git"
            project.git("clone", "-q", "--bare", project.path, self.cwd)
            self.env["DDBGIT_ROOT"] = str(project.path)
        self.run(status=0)
        self.old = self.tip()
        fake.tables["media"].put({"id": {"S": "new"}, "g": {"S": "new"}})
        for item in items("new"):
            fake.tables["media"].put(item)
        shutil.copytree(project.path, self.template, symlinks=True)

    def reset(self):
        shutil.rmtree(self.project.path)
        shutil.copytree(self.template, self.project.path, symlinks=True)

    def run(self, status=None, **env):
        return self.project.ddbgit(*self.args, cwd=self.cwd,
                                   env={**self.env, **env}, status=status)

    def git(self, *args):
        return self.project.git(*args, cwd=self.cwd)

    def tip(self):
        return self.git("rev-parse", self.ref)

    def data_at(self, revision):
        return self.git("show",
                        f"{revision}:backups/dynamodb/dev/table-data.json")

    def check_state(self):
        """What stands after the crash, before anybody mends it."""
        assert self.git("fsck", "--strict", "--no-dangling") == ""
        data = self.data_at(self.ref)
        generations = {word for word in ('"old"', '"new"') if word in data}
        assert len(generations) == 1, "a mix was committed"
        if self.tip() == self.old:
            assert generations == {'"old"'}
        else:
            assert generations == {'"new"'}

    def grow_old(self):
        """What a killed libgit2 left is swept when nobody can be writing it
        any more: a day later."""
        for path in self.gitdir().glob("objects/**/*"):
            if path.name.startswith(("tmp_", "pack_git2_")):
                os.utime(path, (0, 0))

    def gitdir(self):
        top = self.project.path
        return self.cwd if self.mode == "bare" else top / ".git"

    def check_after_next(self):
        assert '"old"' not in self.data_at(self.ref)
        assert self.git("fsck", "--strict", "--no-dangling") == ""
        assert self.git("tag").count("dev-") >= 1
        if self.mode == "worktree":
            folder = self.project.snapshot("dev")
            assert sorted(os.listdir(folder)) == [
                "dump-summary.txt", "table-data.json",
                "table-metadata.json", "table-schema.json"]
            assert self.git("status", "--porcelain", "--", "backups") == ""
        left = [path for path in self.gitdir().rglob("*")
                if path.suffix == ".lock" or path.name.startswith(
                    ("tmp_", "pack_git2_"))]
        assert left == []


def log_of(scene):
    """The calls that a run makes, in order: name, then paths.

    Without those by which a build for coverage writes what it counted.
    """
    log = scene.project.path.parent / "calls"
    log.unlink(missing_ok=True)
    scene.run(status=0, **killer(), KILL_PROGRAM="ddbgit",
              KILL_LOG_FILE=str(log))
    scene.reset()
    calls = [line.split()[1:] for line in log.read_text().splitlines()]
    return list(itertools.takewhile(lambda call: "gcda" not in call[-1],
                                    calls))


def calls_of(scene):
    return [call[0] for call in log_of(scene)]


def steps(total, most):
    return range(1, total + 1, max(1, -(-total // most)))


def crash_everywhere(project, fake, mode, most):
    scene = Scene(project, fake, mode)
    total = len(calls_of(scene))
    assert total > 20
    crashed = 0
    for n in steps(total, most):
        for when in ("before", "after"):
            scene.reset()
            died = scene.run(**killer(), KILL_AT=str(n),
                             KILL_WHEN=when, KILL_PROGRAM="ddbgit")
            crashed += died.status == -9
            scene.check_state()
            scene.grow_old()
            scene.run(status=0)
            scene.check_after_next()
    assert crashed > 10
    print(f"{mode}: {crashed} crashes over {total} calls")


MODES = ["worktree", "branch", "bare"]


@pytest.mark.parametrize("mode", MODES)
def test_killed_at_some_calls(project, fake, mode):
    crash_everywhere(project, fake, mode, most=12)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_killed_at_every_call(project, fake, mode):
    crash_everywhere(project, fake, mode, most=500)


@pytest.mark.parametrize("mode", MODES)
def test_a_full_disk_at_some_calls(project, fake, mode):
    scene = Scene(project, fake, mode)
    calls = calls_of(scene)
    failed = 0
    for n in steps(len(calls), 25):
        scene.reset()
        done = scene.run(**killer(), KILL_AT=str(n),
                         KILL_WHEN="fail", KILL_ERRNO="ENOSPC",
                         KILL_PROGRAM="ddbgit")
        assert done.status in (0, 1), str(done)
        failed += done.status == 1
        if done.status == 1:
            assert "[ERROR]" in done.err
        scene.check_state()
        scene.grow_old()
        scene.run(status=0)
        scene.check_after_next()
    assert failed > 3


def test_somebodys_lock_is_not_touched(project, fake):
    scene = Scene(project, fake, "worktree")
    lock = project.path / ".git" / "index.lock"
    lock.write_text("somebody's")
    refused = scene.run(status=1)
    assert "index.lock" in refused.err or "locked" in refused.err
    assert lock.read_text() == "somebody's"
    assert scene.tip() == scene.old
    lock.unlink()
    scene.run(status=0)
    scene.check_after_next()


@pytest.mark.parametrize("mode", MODES)
def test_each_object_is_written_once(project, fake, mode):
    scene = Scene(project, fake, mode)
    for n in range(4):  # more than libgit2 is given in one piece
        fake.tables["media"].put({"id": {"S": f"large-{n}"},
                                  "g": {"S": "new"},
                                  "text": {"S": "x" * 390_000}})
    log = log_of(scene)
    begun = [call for call in log if call[0] == "create" and
             "tmp_object_git2_" in call[1]]
    written = {call[-1] for call in log if
               re.search(r"objects/[0-9a-f]{2}/[0-9a-f]{38}$", call[-1])}
    assert len(begun) == len(written) > 4, log
