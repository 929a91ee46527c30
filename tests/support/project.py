"""A user's project for end-to-end tests: a Git repository with environment
files, and the ddbgit program run in it as a user would run it.

The program sees nothing of the machine's own configuration: an empty home,
no AWS_ variables, no global Git configuration.
"""

import dataclasses
import errno
import functools
import json
import os
import pathlib
import pty
import select
import subprocess
import time
import unittest

import json_schema

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 120


def build():
    """The build folder whose programs are tested."""
    return SOURCE / os.environ.get("DDBGIT_BUILD", "build/release")


def binary():
    """The program under test: DDBGIT_BINARY, else that of the build."""
    named = os.environ.get("DDBGIT_BINARY")
    return pathlib.Path(named).resolve() if named else build() / "ddbgit"


@functools.cache
def version():
    """Of the program under test."""
    told = subprocess.run([binary(), "--version", "--json"], check=True,
                          capture_output=True).stdout
    return json.loads(told.split(b"\n")[0])["version"]


def tool(name):
    """A program or library of tests/support: replay_server, killer.so."""
    path = build() / "tests" / "support" / name
    assert path.exists(), f"not built: {path}"
    return path


@functools.cache
def has_thread_sanitizer():
    return b"__tsan_init" in binary().read_bytes()


def preloaded(name):
    """The environment in which a program runs with a library of ours."""
    if has_thread_sanitizer():
        raise unittest.SkipTest("its runtime calls what such a library wraps "
                                "before it has begun, and never comes back")
    given = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": str(tool(name)),
            # The sanitizer's own library insists on being the first.
            "ASAN_OPTIONS": f"{given}:verify_asan_link_order=0".lstrip(":")}


def listener(port):
    """Who listens on this port of the machine, for a message (Linux)."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        path = pathlib.Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            words = line.split()
            listening = words[3] == "0A"
            if listening and int(words[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{words[9]}]")
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) in inodes:
                process = link.parents[1]
                command = (process / "cmdline").read_bytes().split(b"\0")
                return (f"process {process.name} "
                        f"({command[0].decode(errors='replace')})")
        except OSError:
            continue  # it has ended, or is somebody else's
    return "a process that this user cannot see"


@dataclasses.dataclass
class Result:
    args: list
    status: int
    out: str
    err: str

    @property
    def records(self):
        """The objects of --json, a line each (which may hold U+0085)."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    def of_type(self, name):
        return [record for record in self.records if record["type"] == name]

    def __str__(self):
        return (f"{' '.join(map(str, self.args))}\nstatus {self.status}\n"
                f"--- stdout\n{self.out}\n--- stderr\n{self.err}")


class Project:
    """path is the work tree's top; env is what commands run with."""

    def __init__(self, path, git=True):
        self.path = path
        home = path.parent / (path.name + ".home")
        home.mkdir(parents=True)
        path.mkdir(exist_ok=True)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            # Where a sanitizer build writes, and what it should do.
            **{name: value for name, value in os.environ.items()
               if name.endswith("SAN_OPTIONS")},
        }
        self.home = home
        (path / "scripts").mkdir(exist_ok=True)
        if git:
            self.git("init", "-q", "-b", "main")
            self.git("config", "user.name", "A Tester")
            self.git("config", "user.email", "tester@example.com")

    def run(self, *args, cwd=None, env=None, stdin="", status=0,
            seconds=SECONDS):
        """status: the one to insist on, or None for whatever comes."""
        done = subprocess.run(
            [str(arg) for arg in args], cwd=cwd or self.path,
            env={**self.env, **(env or {})}, input=stdin.encode(),
            capture_output=True, timeout=seconds, check=False)
        result = Result(list(args), done.returncode,
                        done.stdout.decode(errors="surrogateescape"),
                        done.stderr.decode(errors="surrogateescape"))
        if status is not None:
            assert result.status == status, str(result)
        return result

    def git(self, *args, **keywords):
        """What git prints, without the last newline."""
        return self.run("git", *args, **keywords).out.rstrip("\n")

    def git_import(self, stream):
        """Commits and tags for git fast-import, each object in a file."""
        subprocess.run(
            ["git", "-c", "fastimport.unpackLimit=1000000", "fast-import",
             "--quiet", "--done", "--force"], input=stream + b"done\n",
            cwd=self.path, env=self.env, check=True)

    def ddbgit(self, *args, **keywords):
        """What it prints with --json is held to docs/json-schema.json."""
        result = self.run(binary(), *args, **keywords)
        if "--json" in args and result.status >= 0:
            for record in result.records:
                json_schema.check(record)
        return result

    def env_file(self, env, **values):
        """Writes scripts/.env.<env>; a value of None leaves its key out."""
        path = self.path / "scripts" / f".env.{env}"
        path.write_text("".join(f"{name}={value}\n"
                                for name, value in values.items()
                                if value is not None))
        path.chmod(0o600)
        return path

    def local(self, endpoint, table, env="local", **more):
        """An environment that names this table of an emulator."""
        name = "LOCAL_AWS_ENDPOINT" if env == "local" else "AWS_ENDPOINT_URL"
        return self.env_file(env, **{
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1", name: endpoint,
            "DYNAMODB_TABLE": table, **more})

    def snapshot(self, env="local"):
        return self.path / "backups" / "dynamodb" / env

    def items(self, env="local"):
        """The items of a snapshot, as any JSON reader sees them."""
        data = (self.snapshot(env) / "table-data.json").read_bytes()
        return json.loads(data)["Items"]

    def terminal(self, *args, answers=(), env=None, seconds=SECONDS,
                 status=0, program=None):
        """Runs ddbgit (or another program) on a terminal of its own.

        answers: pairs of a text to wait for and the line to type then.
        stdout and stderr both come back in `out`, in the terminal's order.
        """
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [str(program or binary()), *map(str, args)], cwd=self.path,
            env={**self.env, "TERM": "xterm", **(env or {})},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        try:
            shown = _converse(master, list(answers), seconds)
            code = process.wait(seconds)
        finally:
            os.close(master)
            process.kill()
            process.wait()
        result = Result(["ddbgit", *args], code, shown.replace("\r\n", "\n"),
                        "")
        if status is not None:
            assert result.status == status, str(result)
        return result


def _converse(master, answers, seconds):
    """Reads a terminal to its end, typing each answer when asked."""
    shown, answered_at = "", 0
    deadline = time.monotonic() + seconds
    while True:
        left = deadline - time.monotonic()
        assert left > 0, f"no end in sight; shown so far:\n{shown}"
        if not select.select([master], [], [], left)[0]:
            continue
        try:
            piece = os.read(master, 4096)
        except OSError as error:
            if error.errno != errno.EIO:  # what Linux says at the end
                raise
            piece = b""
        if not piece:
            assert not answers, f"never asked: {answers}; shown:\n{shown}"
            return shown
        shown += piece.decode(errors="replace")
        while answers and answers[0][0] in shown[answered_at:]:
            answered_at = len(shown)
            os.write(master, answers.pop(0)[1].encode() + b"\n")
