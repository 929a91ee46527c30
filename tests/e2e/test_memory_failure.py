"""Each allocation of ddbgit's own code fails in turn.

A run then ends with an error or succeeds all the same; it never dies of it,
and what it leaves is whole. The libraries' own allocations are left alone:
libgit2 1.5 and OpenSSL 3.0 crash without memory, whoever calls them.
"""

import pytest

import project as projects

FAST = {"DDBGIT_TEST_CLOCK": "2000"}
STATUSES = (0, 1)


@pytest.fixture(scope="module", autouse=True)
def oom():
    """What preloads the library, where that can be done."""
    cache = (projects.build() / "CMakeCache.txt").read_text()
    if any(line.startswith("DDBGIT_SANITIZE:") and not line.endswith("=")
           for line in cache.splitlines()):
        pytest.skip("a sanitizer has an allocator of its own")
    if "DDBGIT_COVERAGE:BOOL=ON" in cache:
        pytest.skip("gcov, linked in, dies without memory when it writes")
    return projects.preloaded("oom.so")


def items(generation):
    return [{"id": {"S": f"item-{n:03}"}, "g": {"S": generation}}
            for n in range(8)]


class Scene:
    """Runs of one command, with one allocation failing."""

    def __init__(self, project, oom):
        self.project = project
        self.counts = project.path.parent / "count"
        self.env = {**FAST, **oom, "OOM_PROGRAM": "ddbgit"}

    def count(self, *args):
        """How many allocations a run makes."""
        self.project.ddbgit(*args, env={
            **self.env, "OOM_COUNT_FILE": str(self.counts)})
        return int(self.counts.read_text())

    def fail(self, n, *args):
        done = self.project.ddbgit(*args, status=None,
                                   env={**self.env, "OOM_AT": str(n)})
        assert done.status in STATUSES, f"allocation {n}: {done}"
        if done.status:
            assert "[ERROR]" in done.err, f"allocation {n}: {done}"
        return done


def steps(total, most):
    return range(1, total + 1, max(1, -(-total // most)))


def dump_without_memory(project, fake, oom, most):
    scene = Scene(project, oom)
    dump = ("dump", "--env=dev", "--commit", "--tag")
    fake.create("media", items("old"))
    project.local(fake.endpoint, "media", env="dev")
    generation = 0

    def change():
        nonlocal generation
        generation += 1
        for item in items(str(generation)):
            fake.tables["media"].put(item)

    project.ddbgit(*dump, env=FAST)
    change()
    failed = 0
    for n in steps(scene.count(*dump), most):
        change()
        before = project.git("rev-parse", "HEAD")
        done = scene.fail(n, *dump)
        after = project.git("rev-parse", "HEAD")
        if done.status == 0:
            assert project.git("status", "--porcelain") == "?? scripts/"
            assert project.items("dev") == items(str(generation))
        elif before == after:
            failed += 1
    assert failed > 10
    project.ddbgit(*dump, env=FAST)
    assert project.items("dev") == items(str(generation))
    assert project.git("fsck", "--strict", "--no-dangling") == ""


def restore_without_memory(project, fake, oom, most):
    scene = Scene(project, oom)
    fake.create("media", items("new"))
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("dump", "--env=dev", "--commit", env=FAST)
    project.local(fake.endpoint, "copy")
    restore = ("restore", "--rev=HEAD", "--from=dev")
    total = scene.count(*restore)
    failed = 0
    for n in steps(total, most):
        fake.tables.pop("copy", None)
        done = scene.fail(n, *restore)
        failed += done.status
        if done.status == 0:
            assert fake.tables["copy"].items == items("new")
    assert failed > 10


RUNS = [dump_without_memory, restore_without_memory]


@pytest.mark.parametrize("run", RUNS)
def test_some_allocations_fail(project, fake, oom, run):
    run(project, fake, oom, most=40)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_every_allocation_fails(project, fake, oom, run):
    run(project, fake, oom, most=1_000_000)
