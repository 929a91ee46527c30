#!/usr/bin/env python3
"""All benchmarks, each beside a peer in the same run.

    scripts/bootstrap.sh --all
    .deps/venv/bin/python tests/bench/run.py [--items N] [--runs N]
        [--peer-runs N] [dump] [commit] [restore] [canon]

Prints medians as Markdown, for docs/benchmarks.md. The server is
tests/support/replay_server on the same machine.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import measure  # noqa: E402
import project as projects  # noqa: E402
import replay  # noqa: E402


class Bench:
    def __init__(self, given, server, scratch):
        self.given, self.server = given, server
        self.project = projects.Project(scratch / "project")
        self.path, self.env = self.project.path, self.project.env
        self.project.local(server.endpoint, server.table, env="bench")
        self.project.local(server.endpoint, "copy", env="copy")
        self.ours("dump", "--env=bench", runs=1)
        self.data = self.project.snapshot("bench") / "table-data.json"
        self.megabytes = self.data.stat().st_size / 1e6

    def median(self, command, runs, before=lambda: None):
        return measure.median(command, self.path, self.env, runs, before)

    def ours(self, *args, runs=None, before=lambda: None):
        return self.median([projects.binary(), *args, "-q"],
                           runs or self.given.runs, before)

    def peer(self, *args):
        return self.median([sys.executable, HERE / "peers.py", *args],
                           self.given.peer_runs)

    def empty(self):
        """No snapshot, and a repository without a commit."""
        shutil.rmtree(self.path / "backups", ignore_errors=True)
        shutil.rmtree(self.path / ".git", ignore_errors=True)
        self.project.git("init", "-q", "-b", "main")

    def dump(self):
        measure.table("Dump", self.megabytes, {
            "ddbgit dump": self.ours("dump", "--env=bench"),
            "ddbgit dump --memory=32M":
                self.ours("dump", "--env=bench", "--memory=32M"),
            "boto3 scan loop": self.peer("scan", self.server.endpoint,
                                         self.server.table),
        }, "boto3 scan loop")

    def commit(self):
        dump = self.ours("dump", "--env=bench", before=self.empty)
        first = self.ours("dump", "--env=bench", "--commit",
                          before=self.empty)
        unchanged = self.ours("dump", "--env=bench", "--commit")
        saved = self.path.parent / "saved"
        shutil.copytree(self.path / "backups", saved)

        def plain_files():
            self.empty()
            shutil.copytree(saved, self.path / "backups")

        git_add = self.median(["git", "add", "backups"], self.given.runs,
                              plain_files)
        measure.table("First commit", self.megabytes, {
            "ddbgit dump --commit": first,
            "of it the commit (less a dump)": first - dump,
            "ddbgit dump --commit, unchanged": unchanged,
            "git add of the same files": git_add,
        }, "git add of the same files")

    def restore(self):
        def restore(verify):
            return self.ours("restore", "--env=copy", "--source", source,
                             f"--verify={verify}")

        source = self.path.parent / "source"
        shutil.copytree(self.data.parent, source)
        restore("none")  # makes the table
        measure.table("Restore", self.megabytes, {
            "ddbgit restore --verify=none": restore("none"),
            "ddbgit restore": restore("full"),
            "boto3 batch_writer loop": self.peer(
                "write", self.server.endpoint, "copy",
                source / "table-data.json"),
        }, "boto3 batch_writer loop")
        assert self.server.counts()["oversized"] == 0

    def canon(self):
        subprocess.run(["cmake", "--build", projects.build(), "--target",
                        "bench_canon"], check=True,
                       stdout=subprocess.DEVNULL)
        print("\n### Canonicaliser, one core\n", flush=True)
        subprocess.run([projects.build() / "tests" / "bench" / "bench_canon"],
                       check=True)


def main():
    names = ["dump", "commit", "restore", "canon"]
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--peer-runs", type=int, default=3)
    options.add_argument("what", nargs="*", default=names, metavar="NAME",
                         help=f"of {', '.join(names)} (default: all)")
    given = options.parse_args()
    if unknown := set(given.what) - set(names):
        options.error(f"unknown benchmark: {', '.join(sorted(unknown))}")
    for name in given.what:
        with replay.Replay(given.items) as server, \
                tempfile.TemporaryDirectory() as scratch:
            bench = Bench(given, server, pathlib.Path(scratch))
            if name == given.what[0]:
                print(f"{given.items:,} items, {bench.megabytes:.1f} MB of "
                      f"table-data.json; {measure.machine()}")
            getattr(bench, name)()


if __name__ == "__main__":
    main()
