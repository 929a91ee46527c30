"""The machine fails at each call of a dump that changes or reads files.

After each: the old backup stands or the new one is whole, read by a reader of
our own; exit status and what stands agree; `git fsck --strict` is clean; a
restore of the folder gives what stands; the next run succeeds and leaves
nothing behind. tests/support/machine_scene.py is the judge.
"""

import pathlib

import pytest

import machine_scene
import matrix
import project as projects
import reader_scene

MODES = ["plain", "worktree", "first", "branch", "bare"]
# In the chunked layout: a few chunks as loose objects, many as a pack.
CHUNKED = {"chunked, loose": 6, "chunked, packed": 110}
CHUNKED_MODES = ["plain", "worktree", "branch", "bare"]


def cases_of(mode, kind, **more):
    """Each strike at each call that it can happen to."""
    with matrix.scratch() as folder:
        with machine_scene.made(pathlib.Path(folder) / "calls", mode,
                                **more) as scene:
            calls = scene.calls(kind)
    table = (machine_scene.STRIKES if kind == "write"
             else machine_scene.READ_STRIKES)
    return [matrix.Case(f"{mode} {strike} {kind} {nth} {call}", strike,
                        (strike, kind, nth))
            for strike, (_, only) in table.items()
            for nth, call in enumerate(calls, 1)
            if only is None or call in only]


def run(mode, kind, most=None, name="", **more):
    def worker(number, folder):
        return machine_scene.made(folder / str(number), mode, **more)
    return matrix.run(f"machine {kind} {mode}{name}",
                      cases_of(mode, kind, **more), worker, most)


def run_chunked(mode, kind, layout, most=None):
    return run(mode, kind, most, f" {layout}", args=["--layout=chunked"],
               items=machine_scene.chunked(CHUNKED[layout]))


@pytest.mark.parametrize("kind", ["write", "read"])
@pytest.mark.parametrize("mode", MODES)
def test_some_calls_fail(mode, kind):
    ended = run(mode, kind, most=9)
    assert sum(ended.values()) > 5


@pytest.mark.parametrize("layout", CHUNKED)
def test_some_calls_fail_with_chunks(layout):
    run_chunked("worktree", "write", layout, most=9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["write", "read"])
@pytest.mark.parametrize("mode", MODES)
def test_every_call_fails(mode, kind):
    run(mode, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["write", "read"])
@pytest.mark.parametrize("mode", CHUNKED_MODES)
def test_every_call_fails_with_chunks(mode, kind):
    run_chunked(mode, kind, "chunked, loose")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["write", "read"])
@pytest.mark.parametrize("mode", CHUNKED_MODES)
def test_calls_fail_with_chunks_in_packs(mode, kind):
    """Some hundreds: most calls do the same to one chunk after another."""
    run_chunked(mode, kind, "chunked, packed", most=400)


def readers(command):
    """The same for the commands that read a repository."""
    def worker(number, folder):
        return reader_scene.Scene(folder / str(number))
    killer = projects.preloaded("killer.so")
    with matrix.scratch() as folder, worker(0, pathlib.Path(folder)) as scene:
        total = scene.count(command, **killer, KILL_CALLS="read")
    return [matrix.Case(f"{command} {strike} read {nth}", strike,
                        (command, {**killer, **env, "KILL_CALLS": "read",
                                   "KILL_AT": str(nth)}))
            for strike, (env, _) in machine_scene.READ_STRIKES.items()
            for nth in range(1, total + 1)], worker


def test_some_reads_of_readers_fail():
    for command in reader_scene.COMMANDS:
        cases, worker = readers(command)
        matrix.run(f"machine read {command}", cases, worker, most=6)


@pytest.mark.slow
@pytest.mark.parametrize("command", reader_scene.COMMANDS)
def test_every_read_of_readers_fails(command):
    cases, worker = readers(command)
    matrix.run(f"machine read {command}", cases, worker)
