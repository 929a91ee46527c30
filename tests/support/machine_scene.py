"""A dump whose machine fails: killed at a call, a full or broken disk. And
the judge of what it leaves.

A scene is a project with one backup, and a table that has changed since. A
case runs one dump with the preload library, judges what stands, then lets the
next run mend it, and judges that.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess

import canonical
import fake_dynamodb
import project as projects
import snapshot_reader

SNAPSHOT = "backups/dynamodb/dev"
ENV = {"DDBGIT_TEST_CLOCK": "1000", "KILL_PROGRAM": "ddbgit"}
DEBRIS = ("tmp_", "pack_git2_", "ddbgit.index")

KILLED, DONE, KEPT, LATE, MISSED = (
    "killed", "succeeded all the same", "failed, the old backup stands",
    "failed after the new backup stood", "ended before it")

# What is done to a call, and to which: (name, environment, calls or None).
STRIKES = {
    "killed before": ({"KILL_WHEN": "before"}, None),
    "killed after": ({"KILL_WHEN": "after"}, None),
    "no space": ({"KILL_WHEN": "fail", "KILL_ERRNO": "ENOSPC"},
                 {"write", "pwrite", "writev", "fsync", "fdatasync", "syncfs",
                  "rename", "link", "mkdir", "create", "ftruncate",
                  "symlink"}),
    "no space from there on": ({"KILL_WHEN": "fail-on",
                                "KILL_ERRNO": "ENOSPC"},
                               {"write", "pwrite", "writev", "mkdir",
                                "create"}),
    "EIO": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EIO"}, None),
    "EIO from there on": ({"KILL_WHEN": "fail-on", "KILL_ERRNO": "EIO"},
                          None),
    "EROFS": ({"KILL_WHEN": "fail-on", "KILL_ERRNO": "EROFS"},
              {"mkdir", "create", "rename", "unlink"}),
    "EINTR": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EINTR"},
              {"write", "pwrite", "writev", "fsync", "fdatasync", "create",
               "ftruncate"}),
    "short write": ({"KILL_WHEN": "short"}, {"write", "pwrite", "writev"}),
}

READ_STRIKES = {
    "EIO": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EIO"}, None),
    "EIO from there on": ({"KILL_WHEN": "fail-on", "KILL_ERRNO": "EIO"},
                          None),
    "no more descriptors": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EMFILE"},
                            {"open"}),
    "EACCES": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EACCES"}, {"open"}),
    "EINTR": ({"KILL_WHEN": "fail", "KILL_ERRNO": "EINTR"},
              {"read", "pread", "open", "flock"}),
    "short read": ({"KILL_WHEN": "short"}, {"read", "pread"}),
}


def small(generation):
    """30 items; the new generation has one more."""
    more = [{"id": {"S": "new"}}] if generation == "new" else []
    return [{"id": {"S": f"item-{n:03}"}, "g": {"S": generation}}
            for n in range(30)] + more


def chunked(count):
    """items(generation) of a table whose chunks, in the chunked layout, hold
    about one item each: so many, small and quick to write.

    A chunk ends after an item of 20,000 bytes where its key's hash is low.
    The new generation changes all, adds one and removes one.
    """
    keys = []
    number = 0
    while len(keys) <= count:
        number += 1
        if _hash(f'{{"id":{{"S":"{number}"}}}}') >> 36 < 1_000_000:
            keys.append(str(number))

    def items(generation):
        chosen = keys[:-1] if generation == "old" else keys[1:]
        return [{"id": {"S": key}, "g": {"S": generation},
                 "text": {"S": key * (20_000 // len(key))}}
                for key in chosen]
    return items


def _hash(text):
    """FNV-1a of 64 bits, finished by MurmurHash3's fmix64."""
    h = 0xcbf29ce484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001b3 & (1 << 64) - 1
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        h = (h ^ h >> 33) * factor & (1 << 64) - 1
    return h ^ h >> 33


def lines(items):
    return [canonical.canonical_line(item) for item in sorted(
        items, key=lambda item: canonical.encoded_key(item, [("id", "S")]))]


class Scene:
    """mode: plain, worktree, first (no backup before), branch or bare.
    items(generation) gives the table; args are added to the dump."""

    def __init__(self, folder, mode, items=small, args=()):
        self.mode = mode
        self.items = items
        self.fake = fake_dynamodb.Server()
        self.fake.__enter__()
        self.project = small_project(folder / "project")
        self.template = folder / "template"
        self.top = self.project.path
        self.cwd = self.top / "bare.git" if mode == "bare" else self.top
        self.git_dir = self.cwd if mode == "bare" else self.top / ".git"
        self.ref = "backups" if mode == "branch" else "main"
        self.env = {**ENV, "DDBGIT_ROOT": str(self.top)}
        self.args = ["dump", "--env=dev", *args]
        if mode != "plain":
            self.args += ["--commit", "--tag"]
        if mode == "branch":
            self.args.append("--branch=backups")
        self.lines = {"old": lines(items("old")), "new": lines(items("new")),
                      "none": None}
        self._begin()

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.fake.__exit__(kind, *rest)

    def _begin(self):
        self.fake.create("media", self.items("old"))
        self.fake.create("copy")
        self.project.local(self.fake.endpoint, "media", env="dev")
        self.project.local(self.fake.endpoint, "copy")
        if self.mode == "bare":
            self.project.git("clone", "-q", "--bare", "--template=", self.top,
                             self.cwd)
        self.was = "none" if self.mode == "first" else "old"
        if self.mode != "first":
            self.dump(status=0)
        self.old_tip = self.tip()
        self.log, self.blind = [], False
        self.fake.create("media", self.items("new"))
        shutil.copytree(self.top, self.template, symlinks=True)

    def reset(self):
        shutil.rmtree(self.top)
        subprocess.run(["cp", "-a", self.template, self.top], check=True)

    def dump(self, status=None, **env):
        return self.project.ddbgit(*self.args, cwd=self.cwd,
                                   env={**self.env, **env}, status=status)

    def git(self, *args, **more):
        return self.project.git(*args, cwd=self.cwd, **more)

    def tip(self):
        return self.project.run("git", "rev-parse", "-q", "--verify",
                                self.ref, cwd=self.cwd, status=None
                                ).out.strip()

    def struck(self, kind, **env):
        """A dump with the preload library; self.log has its calls then, each
        as its name and what it was given.

        Without those by which a build for coverage writes what it counted.
        """
        log = self.top.parent / "calls"
        log.unlink(missing_ok=True)
        done = self.dump(**projects.preloaded("killer.so"), **env,
                         KILL_CALLS=kind, KILL_LOG_FILE=str(log))
        told = log.read_text().splitlines() if log.exists() else []
        self.log = [line.split()[1:] for line in told if "gcda" not in line]
        return done

    def calls(self, kind="write"):
        """The names of the calls that the dump makes, in order."""
        self.struck(kind)
        self.reset()
        return [call[0] for call in self.log]

    # A case

    def run(self, case):
        strike, kind, nth = case.what
        table = STRIKES if kind == "write" else READ_STRIKES
        self.reset()
        # Where nothing can be read any more, nobody knows what stands.
        self.blind = kind == "read" and strike.endswith("from there on")
        done = self.struck(kind, **table[strike][0], KILL_AT=str(nth))
        if len(self.log) < nth:
            assert done.status == 0, str(done)
            return MISSED
        stands = self.judge(done)
        if done.status == -9 and self.mode in ("plain", "worktree"):
            self.judge_restore()
        self.grow_old()
        self.dump(status=0)
        self.judge_next(done)
        if done.status == -9:
            return KILLED
        if done.status == 0:
            return DONE
        return LATE if stands == "new" and self.mode != "plain" else KEPT

    # The judge

    def judge(self, done):
        """What stands before anybody mends it: "old", "new" or "none". In
        the mode plain that is in the folder, else in the branch."""
        assert done.status in (0, 1, 5, -9), str(done)
        if done.status > 0:
            assert "[ERROR]" in done.err, str(done)
        self.fsck()
        stands = self.committed()
        if self.mode in ("plain", "worktree", "first"):
            in_folder = self.in_folder()
            stands = in_folder if self.mode == "plain" else stands
        if done.status == 0:
            assert stands == "new", str(done)
        if done.status == 5:  # refused: nothing was changed
            assert stands == self.was, str(done)
        if done.status == 1 and self.mode != "plain" and stands == "new":
            assert ": committed " in done.err or self.blind, str(done)
        return stands

    def fsck(self):
        done = self.project.run("git", "fsck", "--strict", "--no-dangling",
                                "--no-progress", cwd=self.cwd, status=None)
        assert done.status == 0 and not done.out and not done.err, str(done)

    def committed(self):
        """Which state the reference holds, whole; its history is right."""
        if self.mode == "plain":
            return "none"
        tip = self.tip()
        if tip == self.old_tip:
            return self.was
        assert tip, "the branch is gone"
        assert self.git("rev-parse", f"{self.ref}^") == (
            self.old_tip or self.git("rev-parse", "main"))
        return self.which(snapshot_reader.of_revision(self.cwd, self.ref,
                                                      SNAPSHOT))

    def in_folder(self):
        folder = self.top / SNAPSHOT
        return self.which(snapshot_reader.of_folder(folder))

    def which(self, files):
        found = snapshot_reader.read(files) if files else None
        for name in ("old", "new", "none"):
            if found == self.lines[name]:
                assert name != "none" or self.was == "none", "all is gone"
                return name
        raise AssertionError(f"neither the old nor the new: {found}")

    def judge_restore(self):
        """A restore of the folder finishes or forgets what was begun."""
        before = self.in_folder()
        self.fake.tables["copy"].ledger.clear()
        self.project.ddbgit("restore", "--source", SNAPSHOT, env=self.env)
        assert lines(self.fake.tables["copy"].items) == self.lines[before]
        assert not (self.top / SNAPSHOT / ".ddbgit").exists()

    def grow_old(self):
        """What a killed libgit2 left is swept when nobody can be writing it
        any more: a day later."""
        for path in (self.git_dir / "objects").rglob("*"):
            if path.name.startswith(DEBRIS):
                os.utime(path, (0, 0))

    def judge_next(self, done):
        """The next run put all right, whatever the case was."""
        self.fsck()
        if self.mode != "plain":
            assert self.committed() == "new", str(done)
            assert self.git("tag").count("dev-") >= 1, str(done)
        if self.mode in ("plain", "worktree", "first"):
            assert self.in_folder() == "new", str(done)
            folder = self.top / SNAPSHOT
            assert not (folder / ".ddbgit").exists(), str(done)
        if self.mode in ("worktree", "first"):
            assert self.git("status", "--porcelain", "--", "backups") == ""
        assert not self.debris(), f"{self.debris()} after {done}"

    def debris(self):
        return [str(path) for path in self.git_dir.rglob("*")
                if path.suffix == ".lock" or path.name.startswith(DEBRIS)]


def small_project(path):
    """Without sample hooks, which only cost time to copy."""
    path.mkdir(parents=True)
    made = projects.Project(path, git=False)
    made.git("init", "-q", "-b", "main", "--template=")
    made.git("config", "user.name", "A Tester")
    made.git("config", "user.email", "tester@example.com")
    (path / "README").write_text("a project\n")
    made.git("add", "README")
    made.git("commit", "-q", "-m", "Begin")
    return made


@contextlib.contextmanager
def made(folder, *args, **keywords):
    with Scene(pathlib.Path(folder), *args, **keywords) as scene:
        yield scene
