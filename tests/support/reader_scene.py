"""Commands that read a repository (log, show, restore), and tag, while reads
or allocations fail: each tells the whole truth or ends with an error, and
changes nothing that it should not.
"""

import machine_scene
import project as projects
from machine_scene import SNAPSHOT

TOLD, REFUSED = "succeeded and told all", "failed, and changed nothing"

COMMANDS = {
    "log": ["log", "--json"],
    "show": ["show", "--json"],
    "restore of a revision": ["restore", "--rev=HEAD", "--from=dev"],
    "restore of a folder": ["restore", f"--source={SNAPSHOT}"],
    "tag": ["tag", "by-name"],
}
DUMP = "dump and commit"


class Scene(machine_scene.Scene):
    """Two backups, the second with another generation's items."""

    def __init__(self, folder):
        super().__init__(folder, "worktree")

    def _begin(self):
        super()._begin()
        self.told = {}

    def prepare(self, command):
        self.reset()
        if command.startswith("restore"):
            self.fake.tables["copy"].ledger.clear()

    def command(self, command, **env):
        if command == DUMP:
            return self.dump(**env)
        return self.project.ddbgit(*COMMANDS[command], cwd=self.cwd,
                                   env={**self.env, **env}, status=None)

    def count(self, command, **env):
        """How many allocations, or calls of a kind, it makes."""
        counts = self.top.parent / "count"
        self.prepare(command)
        done = self.command(command, OOM_COUNT_FILE=str(counts),
                            KILL_COUNT_FILE=str(counts), **env)
        assert done.status == 0, str(done)
        return int(counts.read_text())

    def baseline(self, command):
        if command not in self.told:
            self.prepare(command)
            done = self.command(command)
            assert done.status == 0, str(done)
            self.told[command] = done.out, self.all()
        return self.told[command]

    def all(self):
        """All that may not change, and what is restored."""
        return (self.git("for-each-ref"), self.git("ls-files", "-s"),
                sorted(path.name for path in (self.top / SNAPSHOT).iterdir()),
                machine_scene.lines(self.fake.tables["copy"].items))

    def run(self, case):
        command, env = case.what
        if command == DUMP:
            return self.run_dump(env)
        out, after = self.baseline(command)
        self.prepare(command)
        before = self.all()
        done = self.command(command, **env)
        if done.status == 0:
            assert done.out == out, f"{out}\n--- it told\n{done}"
            assert self.all()[1:] == after[1:], str(done)
            return TOLD
        assert done.status in (1, 5) and "[ERROR]" in done.err, str(done)
        assert self.all()[1:3] == before[1:3], str(done)
        assert self.command(command).status == 0
        assert not self.debris(), f"{self.debris()} after {done}"
        return REFUSED

    def run_dump(self, env):
        self.reset()
        done = self.dump(**env)
        stands = self.judge(done)
        self.grow_old()
        self.dump(status=0)
        self.judge_next(done)
        if done.status == 0:
            return machine_scene.DONE
        return machine_scene.LATE if stands == "new" else machine_scene.KEPT


def allocations(nth):
    return {**projects.preloaded("oom.so"), "OOM_PROGRAM": "ddbgit",
            "OOM_AT": str(nth)}
