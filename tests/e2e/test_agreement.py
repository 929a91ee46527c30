"""The history at work against a second opinion: over drawn histories ddbgit's
diff, log, show and cat say what history_judge.py computes from git alone."""

import copy
import json
import os

from hypothesis import HealthCheck, given, settings, strategies as st

import canonical
import damage
import fake_dynamodb
import generated
import history_judge
import history_verifier
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


def compare_keys(project, judge, places, data):
    """Some that there were, and one that there may have been."""
    keys = [item_diff.key_of(item, snapshot.keys) for place in places
            for snapshot in [judge.at(*place)] for item in snapshot.items]
    keys = list({repr(key): key for key in keys}.values())
    drawn = data.draw(st.lists(st.sampled_from(keys), max_size=4,
                               unique_by=repr)) if keys else []
    drawn.append(made_snapshot.key_of(data.draw(st.integers(0, 2)),
                                      data.draw(st.integers(0, 8))))
    for key in drawn:
        compare_key(project, judge, key, data.draw(st.sampled_from(
            [None, None, *generated.ENVIRONMENTS])))


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
        compare_keys(made, judge, places, data)
        compare_one(made, judge, data.draw(st.sampled_from(
            [item_diff.key_of(item, judge.at(*last).keys)
             for item in judge.at(*last).items] or
            [made_snapshot.key_of(0, 0)])), *last)


# ---- verify ----------------------------------------------------------------

def compare_verified(done, expected):
    """expected: [(commit, folder, snapshot_verifier.Said)]"""
    findings, verified = done.of_type("finding"), done.of_type("verified")
    assert [(one["commit"], one["path"]) for one in verified] == [
        (commit.id, folder) for commit, folder, _ in expected]
    for one, (commit, folder, said) in zip(verified, expected):
        here = [found for found in findings
                if (found["commit"], found["path"]) == (commit.id, folder)]
        files = {problem: {found["file"] for found in here
                           if found["problem"] == problem}
                 for problem in (True, False)}
        items = said.items
        if items is None:
            items = said.metadata.get("itemCount")
        assert (files[True], files[False], one.get("items"),
                one["repeated"]) == (
                    said.problems, said.notes, items, said.repeated), (
                        f"{done.args} of {commit.id}:{folder}\n" + "\n".join(
                            f"{found['file']}: {found['message']}"
                            for found in here))


def compare_summary(done, expected):
    summary = done.records[-1]
    said = [each for _, _, each in expected]
    assert done.status == (3 if any(one.problems for one in said) else 0)
    assert (summary["backups"], summary["damaged"], summary["distinct"],
            summary["byChunks"]) == (
                len(said), sum(bool(one.problems) for one in said),
                sum(not one.repeated for one in said),
                sum(one.by_chunks for one in said))


def compare_verify(project, judge, commits):
    """The whole history, and some commits alone."""
    verifier = history_verifier.Verifier(judge, projects.version())
    done = project.ddbgit("verify", "--all", "--json", status=None)
    expected = verifier.everything()
    compare_verified(done, expected)
    compare_summary(done, expected)
    verifier.known = None
    for commit in commits:
        done = project.ddbgit("verify", commit.id, "--json", status=None)
        compare_verified(done, verifier.revision(commit))


@settings(max_examples=max(EXAMPLES, 3), deadline=None,
          derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(steps=generated.HISTORY, damages=damage.DAMAGE, data=st.data())
def test_verify_finds_what_python_finds(tmp_path_factory, steps, damages,
                                        data):
    made = projects.Project(tmp_path_factory.mktemp("h") / "p")
    made_history.make(made, steps)
    with history_judge.Judge(made) as judge:
        damage.do(made, judge, damages)
    with history_judge.Judge(made) as judge:
        commits = [commit for commit in judge.commits()
                   if judge.snapshots(commit)]
        compare_verify(made, judge, data.draw(st.lists(st.sampled_from(
            commits), max_size=3, unique=True)) if commits else [])


# ---- dumps -----------------------------------------------------------------

def serve(fake, table):
    """Lets the scripted server have the table as it is now."""
    served = fake.tables.get(table.name) or fake.create(
        table.name, key=made_snapshot.SCHEMAS[0][0])
    served.ledger.clear()
    for line in (canonical.canonical_line(item) for item in table.spelled()):
        served.put(json.loads(line))
    described = made_snapshot.definition(table)
    for name in ("AttributeDefinitions", "DeletionProtectionEnabled",
                 "GlobalSecondaryIndexes", "ProvisionedThroughput",
                 "StreamSpecification"):
        served.definition.pop(name, None)
        if name in described["Table"]:
            served.definition[name] = described["Table"][name]
    served.definition["BillingMode"] = described["Table"][
        "BillingModeSummary"]["BillingMode"]
    served.time_to_live = described.get(
        "TimeToLiveDescription", {}).get("AttributeName")
    fake.move()


def compare_dump(project, fake, step, tables, last):
    """last: {environment: the table as it was committed}"""
    table = tables.setdefault(step.environment,
                              made_snapshot.Table(step.environment))
    made_history.edit(table, step)
    serve(fake, table)
    project.local(fake.endpoint, table.name, env=step.environment)
    before = last.get(step.environment)
    layout = "single" if step.form in ("single", "foreign") else "chunked"
    said = project.ddbgit("dump", f"--env={step.environment}", "--commit",
                          f"--layout={layout}", "--replace",
                          "--json").records[-1]
    if before and table.is_same(before):
        assert said["unchanged"] and not said["committed"], said
        return
    last[step.environment] = copy.deepcopy(table)
    changed = [record["change"] for record in item_diff.diff_items(
        before.spelled() if before else [], table.spelled(),
        made_snapshot.SCHEMAS[0])]
    assert said["changes"] == {
        "kind": "counted" if before else "first",
        **{kind: changed.count(kind)
           for kind in ("added", "changed", "removed")},
        "settings": bool(before) and made_snapshot.settings_of(
            before) != made_snapshot.settings_of(table)}, said


def rename(project, step, tables, last):
    """Another name for an environment, as people give it: the folder and the
    environment file move, the table stays."""
    old, new = step.environment, step.target
    if old not in last or new in last:
        return
    project.git("mv", *[f"backups/dynamodb/{name}" for name in (old, new)])
    scripts = project.path / "scripts"
    (scripts / f".env.{old}").rename(scripts / f".env.{new}")
    project.git("commit", "-q", "-m", f"Call {old} {new}")
    for known in (tables, last):
        known[new] = known.pop(old)
        known[new].environment = new


@settings(max_examples=max(EXAMPLES // 3, 3), deadline=None,
          derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(steps=st.lists(generated.STEP, min_size=2, max_size=7))
def test_dumps_are_what_python_finds(tmp_path_factory, steps):
    made = projects.Project(tmp_path_factory.mktemp("h") / "p")
    tables, last = {}, {}
    with fake_dynamodb.Server() as fake:
        for step in steps:
            step.keys = None
            if step.kind == "rename":
                rename(made, step, tables, last)
            else:
                compare_dump(made, fake, step, tables, last)
    with history_judge.Judge(made) as judge:
        compare_log(made, judge)
        places = [place for place in judge.backups() if judge.at(*place)]
        for place in places[:2]:
            compare_show(made, judge, *place)
        for table in last.values():
            for key in [item_diff.key_of(item, made_snapshot.SCHEMAS[0])
                        for item in table.spelled()][:2]:
                compare_key(made, judge, key, table.environment)
        compare_verify(made, judge, [judge.commits()[0]] if places else [])
