"""Each allocation of ddbgit's own code fails in turn.

A run then ends with an error or succeeds all the same; it never dies of it,
and what it leaves is whole. The libraries' own allocations are left alone:
libgit2 1.5 and OpenSSL 3.0 crash without memory, whoever calls them.
"""

import pathlib

import pytest

import matrix
import project as projects
import reader_scene

COMMANDS = [reader_scene.DUMP, *reader_scene.COMMANDS]


@pytest.fixture(scope="module", autouse=True)
def oom():
    """The library cannot be preloaded into every build."""
    cache = (projects.build() / "CMakeCache.txt").read_text()
    if any(line.startswith("DDBGIT_SANITIZE:") and not line.endswith("=")
           for line in cache.splitlines()):
        pytest.skip("a sanitizer has an allocator of its own")
    if "DDBGIT_COVERAGE:BOOL=ON" in cache:
        pytest.skip("gcov, linked in, dies without memory when it writes")


def scene(number, folder):
    return reader_scene.Scene(pathlib.Path(folder) / str(number))


def cases_of(command):
    with matrix.scratch() as folder, scene(0, folder) as made:
        total = made.count(command, **reader_scene.allocations(0))
    assert total > 20
    return [matrix.Case(f"{command} allocation {nth}", command,
                        (command, reader_scene.allocations(nth)))
            for nth in range(1, total + 1)]


def test_some_allocations_fail():
    cases = [case for command in COMMANDS
             for case in matrix.sample(cases_of(command), 8)]
    ended = matrix.run("memory", cases, scene)
    assert sum(count for (_, end), count in ended.items()
               if "failed" in end) > 15


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_allocation_fails(command):
    matrix.run(f"memory {command}", cases_of(command), scene)
