"""The history at work against a second opinion: over drawn histories ddbgit's
diff, log, show and cat say what history_judge.py computes from git alone."""

import json
import os

from hypothesis import HealthCheck, given, settings, strategies as st

import canonical
import generated
import history_judge
import item_diff
import made_history
import made_snapshot
import project as projects

EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "15"))


def ordered(records):
    return sorted(records, key=lambda record: json.dumps(record["path"]))


def compare_log(project, judge):
    records = project.ddbgit("log", "--json").of_type("backup")
    for record in records:
        record["tags"].sort()
    assert records == list(judge.rows())


def compare_show(project, judge, commit, folder):
    shown, = project.ddbgit("show", commit.id, f"--path={folder}",
                            "--json").of_type("backup")
    assert shown["changes"] == judge.counted(commit, folder)


def compare_diff(project, judge, before, after):
    """before, after: (commit, folder)"""
    names = [f"{commit.id}:{folder}" for commit, folder in (before, after)]
    a, b = judge.at(*before), judge.at(*after)
    comparable = a.keys == b.keys
    done = project.ddbgit("diff", "--json", *names,
                          status=0 if comparable else 1)
    assert ordered(done.of_type("setting")) == ordered(judge.settings(a, b))
    if not comparable:
        return
    records = done.of_type("item")
    assert item_diff.normal(records) == item_diff.normal(judge.items(a, b))
    found = [record["change"] for record in records]
    assert {kind: done.records[-1][kind] for kind in
            ("added", "changed", "removed")} == {
                kind: found.count(kind)
                for kind in ("added", "changed", "removed")}


def compare_cat(project, judge, commit, folder):
    where, snapshot = f"{commit.id}:{folder}", judge.at(commit, folder)
    lines = snapshot.lines()
    out = project.ddbgit("cat", where, "--format=jsonl").out
    assert out.encode() == b"".join(line + b"\n" for line in lines)
    records = project.ddbgit("cat", where, "--json").of_type("item")
    assert [record["item"] for record in records] == [
        json.loads(line) for line in lines]


def compare_key(project, judge, key, environment):
    spelled = canonical.canonical_line(key).decode()
    expected = list(judge.key_history(key, environment))
    # A key that no table had is a slip of the pen: status 2.
    done = project.ddbgit("log", f"--key={spelled}", "--json",
                          *([f"--env={environment}"] if environment else []),
                          status=None)
    assert done.status == 0 or not expected, done
    assert item_diff.normal(done.of_type("item")) == \
        item_diff.normal(expected)


def compare_one(project, judge, key, commit, folder):
    spelled = canonical.canonical_line(key).decode()
    snapshot = judge.at(commit, folder)
    item = snapshot.find(key)
    done = project.ddbgit("cat", f"{commit.id}:{folder}", f"--key={spelled}",
                          status=None)
    assert (done.status == 0) == (item is not None), done
    if item:
        assert done.out.encode() == \
            canonical.canonical_line(item) + b"\n"


@settings(max_examples=max(EXAMPLES * 2 // 3, 3), deadline=None,
          derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(steps=generated.HISTORY, data=st.data())
def test_history_is_what_python_finds(tmp_path_factory, steps, data):
    made = projects.Project(tmp_path_factory.mktemp("h") / "p")
    made_history.make(made, steps)
    with history_judge.Judge(made) as judge:
        compare_log(made, judge)
        places = [(commit, folder) for commit, folder in judge.backups()
                  if judge.at(commit, folder)]
        if not places:
            return
        place = st.sampled_from(places)
        by_hand = [place for place in places if "hand" in place[0].subject]
        for each in by_hand[:3] + [data.draw(place)]:
            compare_show(made, judge, *each)
        for _ in range(2):
            compare_diff(made, judge, data.draw(place), data.draw(place))
        last = places[0]
        compare_cat(made, judge, *data.draw(place))
        schema = data.draw(st.integers(0, 2))
        number = data.draw(st.integers(0, 8))
        key = made_snapshot.key_of(schema, number)
        compare_key(made, judge, key, data.draw(st.sampled_from(
            [None, *generated.ENVIRONMENTS])))
        compare_one(made, judge, data.draw(st.sampled_from(
            [item_diff.key_of(item, judge.at(*last).keys)
             for item in judge.at(*last).items] or [key])), *last)
