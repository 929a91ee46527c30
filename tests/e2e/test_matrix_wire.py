"""The wire and the service fail at each request of a dump and of a restore in
turn, and in many ways at once.

After each: either the run succeeded and holds exactly what the ledger holds,
or it failed with a clear error, the old state stands, and the next run
succeeds. tests/support/wire_scene.py is the judge.

DDBGIT_FAULTS_SEED=N begins the seeds of the random runs elsewhere.
"""

import os

import pytest

import matrix
import wire_scene
from wire_scene import (DOUBTFUL, MINUTE, OTHERS, SILENT, SURVIVED,
                        operation_of)

COMMANDS = list(wire_scene.COMMANDS)
SEEDS = int(os.environ.get("DDBGIT_FAULTS_SEEDS") or 500)
SEED = int(os.environ.get("DDBGIT_FAULTS_SEED") or 1)
# Many that wait at once do so at no cost.
WAITING = 12


def requests_of(command):
    with matrix.scratch() as folder:
        with scene(0, matrix.pathlib.Path(folder)) as made:
            return made.count(command)


def scene(number, folder):
    return wire_scene.Scene(folder / str(number))


def cases_of(command, kinds):
    """Each kind at each request, or at each of its operation."""
    operations = requests_of(command)
    for name, fault, must in kinds:
        only = operation_of(fault["kind"], command)
        for nth in range(1, len(operations) + 1):
            if only and nth > operations.count(only):
                break
            first = {0, 1} if must == {0, 1, "first"} else None
            yield matrix.Case(
                f"{command} {name} {nth}", name,
                (command, [{**fault, "operation": only, "nth": nth}],
                 must if must is None or "first" not in must else
                 first if nth == 1 else {0}))


def quick_kinds():
    for kind in SURVIVED:
        yield kind, {"kind": kind}, {0}
    for kind in DOUBTFUL:
        yield kind, {"kind": kind, "seconds": 0.01}, {0, 1, "first"}
    for kind in OTHERS:
        yield kind, {"kind": kind}, None
    for kind in ("throttle", "internal", "cut_middle", "flip"):
        yield f"{kind} in a burst", {"kind": kind, "times": 8}, {0}
    yield "expired_token, renewed", {"kind": "expired_token",
                                     "renewed": True}, {0}


def silent_kinds():
    for kind in SILENT:
        yield kind, {"kind": kind}, {0}


def outage_kinds():
    yield "dead for a minute", {"kind": "die", "seconds": MINUTE}, {
        0, 1, "first"}
    yield "dead for good", {"kind": "die", "seconds": 60 * MINUTE}, {1}


def run_each(command, most=None):
    return matrix.run(f"wire {command}",
                      list(cases_of(command, quick_kinds())), scene, most)


def run_silence(command, most=None):
    def silent(number, folder):
        return wire_scene.Scene(folder / str(number),
                                wire_scene.SILENT_SPEED)
    return matrix.run(f"wire silence {command}",
                      list(cases_of(command, silent_kinds())), silent, most,
                      many=WAITING)


def run_outage(command, most=None):
    return matrix.run(f"wire outage {command}",
                      list(cases_of(command, outage_kinds())), scene, most,
                      many=WAITING)


def run_seeds(count):
    cases = [matrix.Case(f"seed {SEED + n} {COMMANDS[n % len(COMMANDS)]}",
                         f"seed {COMMANDS[n % len(COMMANDS)]}",
                         (COMMANDS[n % len(COMMANDS)], SEED + n, None))
             for n in range(count)]
    return matrix.run("wire all together", cases, scene)


@pytest.mark.parametrize("command", COMMANDS)
def test_some_requests_fail(command):
    run_each(command, most=36)


def test_some_requests_are_met_with_silence():
    run_silence("dump and commit", most=6)
    run_outage("restore into a new table", most=8)


def test_faults_of_some_seeds_together():
    ended = run_seeds(20)
    assert sum(count for (_, end), count in ended.items()
               if end == wire_scene.DONE) > 4


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_request_fails(command):
    run_each(command)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_request_is_met_with_silence(command):
    run_silence(command)
    run_outage(command)


@pytest.mark.slow
def test_faults_of_many_seeds_together():
    run_seeds(SEEDS)
