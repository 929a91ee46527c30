"""Runs many cases of faults and keeps count of how they ended.

    Case(label, group, what)
    run("machine worktree", cases, make_worker, most=60)

Each worker is made once, in a thread of its own, and called with one case
after another. It returns how the case ended, in a few words, or raises what
it found wrong; all cases are run before the first wrong one fails the test.

    DDBGIT_FAULTS_CASE=TEXT   only cases whose label holds TEXT
    DDBGIT_FAULTS_SHARE=2/5   every fifth case, beginning with the second
    DDBGIT_FAULTS_JOBS=N      how many at once (default: the cores)
    DDBGIT_FAULTS_KEEP=DIR    where a run leaves its counts, a file a part;
                              reliability.py makes docs/reliability.md of them
"""

import collections
import dataclasses
import json
import os
import pathlib
import queue
import tempfile
import threading

SHOWN_MAX = 5


@dataclasses.dataclass(frozen=True)
class Case:
    label: str  # enough to find it again
    group: str  # what it is counted under
    what: object = None


def scratch():
    """Where cases work: in memory where there is such a place, for what a
    disk's cache does at a loss of power is not tested here anyway."""
    memory = pathlib.Path("/dev/shm")
    return tempfile.TemporaryDirectory(
        prefix="ddbgit-faults-", dir=memory if memory.is_dir() else None)


def sample(cases, most):
    """At most that many, evenly, with every group among them if it can be."""
    if most is None or len(cases) <= most:
        return cases
    groups = collections.defaultdict(list)
    for case in cases:
        groups[case.group].append(case)
    each = max(1, most // len(groups))
    return [case for group in groups.values()
            for case in group[len(group) // each // 2::
                              max(1, len(group) // each)][:each]]


def chosen(cases):
    text = os.environ.get("DDBGIT_FAULTS_CASE")
    share = os.environ.get("DDBGIT_FAULTS_SHARE")
    if text:
        cases = [case for case in cases if text in case.label]
    if share:
        part, parts = map(int, share.split("/"))
        cases = cases[part - 1::parts]
    return cases


def jobs():
    return int(os.environ.get("DDBGIT_FAULTS_JOBS") or os.cpu_count())


class _Run:
    def __init__(self, cases, make_worker):
        self.left = queue.SimpleQueue()
        for case in cases:
            self.left.put(case)
        self.make_worker = make_worker
        self.lock = threading.Lock()
        self.ended = collections.Counter()
        self.wrong = []

    def work(self, number, folder):
        try:
            with self.make_worker(number, folder) as worker:
                while True:
                    case = self.left.get_nowait()
                    self.one(worker, case)
        except queue.Empty:
            pass
        except Exception as error:  # pylint: disable=broad-except
            with self.lock:
                self.wrong.append(f"worker {number}: {error!r}")

    def one(self, worker, case):
        try:
            end = worker.run(case)
        except Exception as error:  # pylint: disable=broad-except
            with self.lock:
                self.wrong.append(f"{case.label}: {error!r:.3000}")
            return
        with self.lock:
            self.ended[case.group, end] += 1


def run(part, cases, make_worker, most=None, many=None):
    """make_worker(number, folder) is a context; many: workers at once."""
    every = len(cases)
    cases = sample(chosen(cases), most)
    state = _Run(cases, make_worker)
    with scratch() as folder:
        threads = [threading.Thread(target=state.work,
                                    args=(n, pathlib.Path(folder)))
                   for n in range(min(many or jobs(), len(cases)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    _tell(part, len(cases), every, state)
    assert not state.wrong, f"{len(state.wrong)} of {len(cases)}, see above"
    return state.ended


def _tell(part, ran, every, state):
    ends = collections.Counter()
    groups = collections.defaultdict(dict)
    for (group, end), count in sorted(state.ended.items()):
        ends[end] += count
        groups[group][end] = count
    print(f"\n{part}: {ran} of {every} cases: " + ", ".join(
        f"{count} {end}" for end, count in ends.most_common())
        + (f", {len(state.wrong)} WRONG" if state.wrong else ""), flush=True)
    for wrong in state.wrong[:SHOWN_MAX]:
        print(f"WRONG {wrong}", flush=True)
    keep = os.environ.get("DDBGIT_FAULTS_KEEP")
    if keep:
        path = pathlib.Path(keep) / (part.replace(" ", "-") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(
            {"part": part, "cases": ran, "of": every,
             "wrong": len(state.wrong), "groups": groups}, indent=1) + "\n")
