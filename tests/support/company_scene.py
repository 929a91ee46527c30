"""A dump that is not alone: at each of its calls in turn it is held while
somebody else does something in the same repository, and then goes on.

Nobody's work may be lost: neither a backup, nor a commit or an entry of the
index that was made by hand; and nothing half done may be committed.
"""

import pathlib
import re
import subprocess
import time

import machine_scene
import project as projects
import snapshot_reader
from machine_scene import SNAPSHOT

SECONDS = 60
BOTH, SHUT_OUT, GAVE_WAY, MISSED = (
    "both succeeded", "the other was shut out", "the dump gave way",
    machine_scene.MISSED)


# What somebody does. Each returns its result, of whatever status.

def git(*args):
    return lambda scene: scene.project.run("git", *args, cwd=scene.cwd,
                                           status=None)


def commit_by_hand(scene):
    (scene.top / "README").write_text("changed by hand\n")
    return git("commit", "-q", "-m", "By hand", "README")(scene)


def add_by_hand(scene):
    (scene.top / "notes").write_text("by hand\n")
    return git("add", "notes")(scene)


def ddbgit(*args):
    return lambda scene: scene.project.ddbgit(
        *args, cwd=scene.cwd, env=scene.env, status=None)


# By name: what is done, and whether it leaves the snapshot's files alone.
ACTS = {
    "git gc": (git("gc", "-q"), True),
    "git commit": (commit_by_hand, True),
    "git add": (add_by_hand, True),
    "git checkout -b": (git("checkout", "-q", "-b", "other"), True),
    "git branch -m": (git("branch", "-m", "main", "trunk"), True),
    "git pack-refs": (git("pack-refs", "--all"), True),
    "git status": (git("status", "--porcelain"), True),
    "git reset --hard": (git("reset", "-q", "--hard"), False),
    "git rm": (git("rm", "-rqf", "backups"), False),
    "git clean": (git("clean", "-fdxq", "backups"), False),
    "the same dump": (ddbgit("dump", "--env=dev", "--commit", "--tag"), True),
    "a dump without commit": (ddbgit("dump", "--env=dev"), True),
    "a dump of another table": (ddbgit("dump", "--env=users", "--commit",
                                       "--tag"), True),
    "a dump to another branch": (ddbgit("dump", "--env=dev",
                                        "--branch=backups"), True),
    "a restore": (ddbgit("restore", f"--source={SNAPSHOT}",
                         "--verify=none"), True),
    "ddbgit log": (ddbgit("log", "--json"), True),
}


class Scene(machine_scene.Scene):
    def __init__(self, folder):
        super().__init__(folder, "worktree")
        self.fake.create("users", [{"id": {"S": "someone"}}])

    def _begin(self):
        self.project.local(self.fake.endpoint, "users", env="users")
        super()._begin()

    def run(self, case):
        name, kind, nth = case.what
        act, gentle = ACTS[name]
        self.reset()
        self.fake.tables["copy"].ledger.clear()
        done, other = self.held(kind, nth, act)
        if other is None:
            return MISSED
        if other.status:
            assert ("lock" in other.err or "in use by" in other.err
                    or "another" in other.err or gentle is False), str(other)
        self.judge_company(name, gentle, done, other)
        self.grow_old()
        self.dump(status=0)
        self.judge_after(name, done, other)
        if done.status:
            return GAVE_WAY
        return BOTH if other.status == 0 else SHUT_OUT

    def held(self, kind, nth, act):
        """Runs the dump up to that call, then the act, then the rest."""
        pause = self.top.parent / "pause"
        pause.unlink(missing_ok=True)
        args = [str(projects.binary()), *self.args]
        env = {**self.project.env, **self.env,
               **projects.preloaded("killer.so"), "KILL_WHEN": "pause",
               "KILL_CALLS": kind, "KILL_AT": str(nth),
               "KILL_PAUSE_FILE": str(pause)}
        process = subprocess.Popen(
            args, cwd=self.cwd, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        other = None
        try:
            while process.poll() is None and not pause.exists():
                time.sleep(0.001)
            if pause.exists():
                other = act(self)
        finally:
            pause.unlink(missing_ok=True)
            out, err = process.communicate(timeout=SECONDS)
        return projects.Result(args, process.returncode, out.decode(),
                               err.decode()), other

    # The judge

    def judge_company(self, name, gentle, done, other):
        what = f"{done}\n--- met\n{other}"
        assert done.status in (0, 1), what
        assert done.status == 0 or "[ERROR]" in done.err, what
        self.fsck()
        told = re.search(r"Committed \w+ to (\S+):", done.err)
        # The branch may be renamed right after the dump moved it.
        branch = (told[1] if told and self.has_branch(told[1]) else
                  "trunk" if self.has_branch("trunk") else "main")
        files = snapshot_reader.of_revision(self.cwd, branch, SNAPSHOT)
        if name != "git rm":
            stands = self.which(files)
            assert done.status or stands == "new", what
        if gentle:
            self.in_folder()
        self.judge_work_of_others(name, other)

    def judge_work_of_others(self, name, other):
        if other.status:
            return
        if name == "git commit":
            subjects = self.git("log", "--format=%s", "main")
            assert "By hand" in subjects.splitlines()
            assert self.git("show", "main:README") == "changed by hand"
        elif name == "git add":
            assert "notes" in self.git("ls-files", "--cached").splitlines()
            assert self.git("diff", "--cached", "--name-only",
                            "notes") == "notes"
        elif name == "git checkout -b":
            assert self.git("symbolic-ref", "HEAD") == "refs/heads/other"
        elif name == "a dump of another table":
            assert snapshot_reader.read(snapshot_reader.of_revision(
                self.cwd, "main", "backups/dynamodb/users"))
        elif name == "a restore":
            restored = machine_scene.lines(self.fake.tables["copy"].items)
            assert restored in (self.lines["old"], self.lines["new"])
        elif name == "ddbgit log":
            assert len(other.of_type("backup")) in (1, 2)

    def has_branch(self, name):
        return (self.git_dir / "refs" / "heads" / name).exists() or (
            f"refs/heads/{name}" in self.packed())

    def packed(self):
        path = self.git_dir / "packed-refs"
        return path.read_text() if path.exists() else ""

    def judge_after(self, name, done, other):
        """The next run, alone, on whatever branch HEAD is now."""
        self.fsck()
        assert self.which(snapshot_reader.of_revision(
            self.cwd, "HEAD", SNAPSHOT)) == "new", str(done)
        assert self.in_folder() == "new", str(done)
        folder = pathlib.Path(self.top / SNAPSHOT)
        assert not (folder / ".ddbgit").exists(), str(done)
        assert self.git("status", "--porcelain", "--", SNAPSHOT) == ""
        assert not self.debris(), f"{self.debris()} after {done}"
        self.judge_work_of_others(name, other)
