"""A dump meets somebody else at each of its calls: git by hand, another dump,
a restore. tests/support/company_scene.py does it and is the judge."""

import functools

import pytest

import company_scene
import machine_scene
import matrix


@functools.cache
def calls_of(kind):
    with matrix.scratch() as folder:
        with machine_scene.made(matrix.pathlib.Path(folder) / "calls",
                                "worktree") as scene:
            return scene.calls(kind)


def cases_of(name, kind):
    return [matrix.Case(f"{name} at {kind} {nth} {call}", name,
                        (name, kind, nth))
            for nth, call in enumerate(calls_of(kind), 1)]


def run(name, kind, most=None):
    def worker(number, folder):
        return company_scene.Scene(folder / str(number))
    return matrix.run(f"company {kind} {name}", cases_of(name, kind), worker,
                      most)


def test_company_at_some_calls():
    cases = [case for name in company_scene.ACTS
             for case in matrix.sample(cases_of(name, "write"), 2)]
    matrix.run("company", cases, lambda number, folder: company_scene.Scene(
        folder / str(number)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["write", "read"])
@pytest.mark.parametrize("name", company_scene.ACTS)
def test_company_at_every_call(name, kind):
    run(name, kind)
