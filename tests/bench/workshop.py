"""What every benchmark works in: a served table, a user's project with two
environments (bench reads the table, copy is written to), and commands that are
measured there."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile

import measure
import others
import project as projects
import replay
from results import Row

MEMORY = {"": 256, "32M": 32}  # MiB that --memory gives, and its default
FIXED = 64  # MiB that a command may take on top


def tool(name):
    """A program of tests/bench, built if it is not."""
    subprocess.run(["cmake", "--build", projects.build(), "--target", name],
                   check=True, stdout=subprocess.DEVNULL)
    return projects.build() / "tests" / "bench" / name


class Workshop:
    def __init__(self, given, server, scratch):
        self.given, self.server, self.scratch = given, server, scratch
        self.project = projects.Project(scratch / "project")
        self.path = self.project.path
        self.env = {**self.project.env, **others.ENVIRONMENT}
        # Spilled items lie on the same disk as everything else.
        self.env["TMPDIR"] = str(scratch)
        self.megabytes = 0
        if server:
            self.project.local(server.endpoint, server.table, env="bench")
            self.project.local(server.endpoint, "copy", env="copy")
            self.megabytes = server.items * server.size / 1e6

    @property
    def folder(self):
        return self.project.snapshot("bench")

    def several(self, command, runs=None, patience=None, before=lambda: None,
                stdout=None):
        return measure.several(
            lambda: measure.once(command, self.path, self.env, stdout),
            runs or self.given.runs, patience or self.given.patience, before)

    def row(self, name, role, command, before=lambda: None, stdout=None,
            megabytes=None, **more):
        costs = self.several(command, before=before, stdout=stdout)
        return Row(name, role, costs,
                   self.megabytes if megabytes is None else megabytes, **more)

    def ours(self, name, *args, **more):
        """A row of ddbgit with these arguments."""
        return self.row(name, "ours", [projects.binary(), *args, "-q"], **more)

    def do(self, *args):
        """Runs ddbgit, unmeasured."""
        measure.once([projects.binary(), *args, "-q"], self.path, self.env)

    def works(self, *args):
        """Whether ddbgit does that at all."""
        return self.project.ddbgit(*args, status=None,
                                   seconds=600).status == 0

    def layouts(self):
        """Those that this ddbgit writes."""
        found = ["single"]
        if self.works("dump", "--env=bench", "--layout=chunked",
                      "--output=probe"):
            found.append("chunked")
        shutil.rmtree(self.path / "probe", ignore_errors=True)
        return found

    def empty(self):
        """No snapshot, and a repository without a commit."""
        shutil.rmtree(self.path / "backups", ignore_errors=True)
        shutil.rmtree(self.path / ".git", ignore_errors=True)
        self.project.git("init", "-q", "-b", "main")
        self.project.git("config", "user.name", "A Tester")
        self.project.git("config", "user.email", "tester@example.com")

    def change(self):
        self.server.change(20)

    def object_bytes(self):
        return sum(path.stat().st_size for path in
                   (self.path / ".git" / "objects").rglob("*")
                   if path.is_file())


@contextlib.contextmanager
def workshop(given, items=None, size=None):
    """A served table of that many items of that size, and a project."""
    with tempfile.TemporaryDirectory(prefix="ddbgit-bench-") as scratch, \
            replay.Replay(items or given.items,
                          size=size or given.size) as server:
        yield Workshop(given, server, pathlib.Path(scratch))


@contextlib.contextmanager
def bare_workshop(given):
    """A project without a table."""
    with tempfile.TemporaryDirectory(prefix="ddbgit-bench-") as scratch:
        yield Workshop(given, None, pathlib.Path(scratch))
