"""ddbgit log over branches, tags and time, and one item through a history,
checked with git and a diff of our own."""

import json
import os
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import item_diff
import project as projects

EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "15"))
KEYS = [("id", "S")]
SCHEMA = {"Table": {
    "TableName": "t", "KeySchema": [{"AttributeName": "id",
                                     "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}}
DAY = 86400
START = 1_750_000_000


class History:
    """Backups committed the scripts' way, a day apart."""

    def __init__(self, project):
        self.project = project
        self.day = 0

    def back_up(self, items, env="prod", schema=SCHEMA, raw=None):
        """items: None removes the snapshot. Returns the commit."""
        self.day += 1
        when = START + self.day * DAY
        folder = self.project.snapshot(env)
        if items is None:
            self.project.git("rm", "-rq", folder)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            text = raw or json.dumps({"Items": items})
            (folder / "table-data.json").write_text(text)
            (folder / "table-schema.json").write_text(json.dumps(schema))
            iso = subprocess.check_output(
                ["date", "-u", "-d", f"@{when}", "+%Y-%m-%dT%H:%M:%SZ"],
                text=True).strip()
            (folder / "table-metadata.json").write_text(json.dumps({
                "tableName": f"{env}-t", "environment": env,
                "dumpDate": iso, "itemCount": len(items)}))
            self.project.git("add", "-A", folder)
        date = f"{when} +0000"
        self.project.git("commit", "-q", "-m", f"day {self.day}", env={
            "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date})
        return self.project.git("rev-parse", "HEAD")


def item(name, /, **attributes):
    return {"id": {"S": name}, **attributes}


@pytest.fixture
def history(project):
    return History(project)


def subjects(project, *options):
    return [r["subject"] for r in project.ddbgit(
        "log", "--json", *options).of_type("backup")]


def test_all_branches_and_tags(project, history):
    history.back_up([item("a")])
    history.back_up([item("b")], env="dev")
    project.git("checkout", "-q", "-b", "side")
    history.back_up([item("c")])
    project.git("checkout", "-q", "main")
    history.back_up([item("d")])
    project.git("checkout", "-q", "--detach")
    history.back_up([item("e")])
    project.git("tag", "kept")
    project.git("checkout", "-q", "main")
    # What only a tag reaches comes last; a tag of a blob is none.
    project.git("tag", "blob", project.git("rev-parse", "HEAD:README"))
    assert subjects(project) == [f"day {n}" for n in (4, 3, 2, 1, 5)]
    project.git("pack-refs", "--all")
    assert subjects(project) == [f"day {n}" for n in (4, 3, 2, 1, 5)]
    assert subjects(project, "HEAD") == [f"day {n}" for n in (4, 2, 1)]
    assert subjects(project, "side") == [f"day {n}" for n in (3, 2, 1)]
    assert subjects(project, "--env=dev") == ["day 2"]
    assert subjects(project, "--table=dev-t") == ["day 2"]
    assert subjects(project, "--table=none") == []
    assert subjects(project, "-n2") == ["day 4", "day 3"]
    project.git("checkout", "-q", "--orphan", "unborn")
    assert len(subjects(project)) == 5


def test_a_damaged_tag_is_named_and_the_others_are_told(project, history):
    history.back_up([item("a")])
    project.git("tag", "kept")
    project.git("tag", "lost/one")
    (project.path / ".git/refs/tags/lost/one").write_text("")
    log = project.ddbgit("log", "--json")
    assert log.of_type("backup")[0]["tags"] == ["kept"]
    assert "'refs/tags/lost/one' is damaged" in log.err


def test_what_is_said_while_a_pager_runs_comes_after_it(project, history):
    """A pager has the screen: what is written over it scrolls away with it."""
    history.back_up([item("a")])
    (project.path / ".git/refs/tags/lost").write_text("")
    shown = project.terminal("log", env={"GIT_PAGER": "sleep 0.5; cat"}).out
    first, last = shown.splitlines()
    assert "prod-t" in first and "'refs/tags/lost' is damaged" in last


def test_where_a_shallow_clone_ends_nothing_is_said_of_before(
        project, history, tmp_path):
    for n in (1, 1, 1, 2):
        history.back_up([item("a", n={"N": str(n)}),
                         item("b", n={"N": str(history.day)})])
    project.git("clone", "-q", "--depth=2", f"file://{project.path}",
                tmp_path / "cut")
    cut = {"cwd": tmp_path / "cut"}
    key = '--key={"id":{"S":"a"}}'
    history = project.ddbgit("log", key, "--json", **cut)
    newest, oldest = history.of_type("item")
    assert newest["change"] == "changed"
    assert oldest["change"] == "present" and oldest["before"] is None
    assert oldest["after"] == item("a", n={"N": "1"})
    shown = project.ddbgit("log", key, **cut)
    assert shown.out.splitlines()[-1] == "  ? {n: 1}"
    assert "ends at " in shown.err and "git fetch --unshallow" in shown.err
    # Newer changes are enough: the end is not reached.
    assert project.ddbgit("log", "-n1", key, **cut).err == ""
    # It is not there at the end either, and may have been before.
    absent = project.ddbgit("log", '--key={"id":{"S":"x"}}', **cut)
    assert "ends at " in absent.err and absent.out == ""
    # Nor what that backup changed.
    ended, = project.ddbgit("show", "HEAD~1", "--json", **cut).of_type(
        "backup")
    assert "changes" not in ended
    assert "ends at " in project.ddbgit("show", "HEAD~1", **cut).err
    assert "changes" in project.ddbgit("show", **cut).out


def test_no_commit_at_all(tmp_path):
    fresh = projects.Project(tmp_path / "fresh")
    assert "No backups found" in fresh.ddbgit("log").err
    assert "no commits yet" in fresh.ddbgit("log", "HEAD", status=1).err


def test_since_and_until(project, history):
    for n in range(5):
        history.back_up([item("a", n={"N": str(n)})])
    day = {n: subprocess.check_output(
        ["date", "-u", "-d", f"@{START + n * DAY}", "+%Y-%m-%d"],
        text=True).strip() for n in range(1, 6)}
    assert subjects(project, f"--since={day[3]}") == ["day 5", "day 4",
                                                      "day 3"]
    assert subjects(project, f"--until={day[2]}") == ["day 2", "day 1"]
    assert subjects(project, f"--since={day[2]}T00:00",
                    f"--until={day[3]} 23:59:59+00:00") == ["day 3", "day 2"]
    now = {"DDBGIT_TEST_CLOCK": f"1,{(START + 5 * DAY + 60) * 1000}"}
    for text, count in (("2 days ago", 2), ("2.days.ago", 2),
                        ("50 hours ago", 3), ("1 week ago", 5),
                        ("1 month", 5), ("yesterday", 2),
                        (f"@{START + 4 * DAY}", 2), ("now", 0)):
        done = project.ddbgit("log", "--json", f"--since={text}", env=now)
        assert done.records[-1]["backups"] == count, text
    for text in ("soon", "2 fortnights ago", "2025-13-01", "2025-01", "@x",
                 "ago", "9" * 80):
        assert "is no date" in project.ddbgit(
            "log", f"--since={text}", status=2).err


def test_one_item_from_its_birth_to_its_end(project, history):
    history.back_up([item("b")])
    born = history.back_up([item("a", s={"S": "open"}), item("b")])
    history.back_up([item("a", s={"S": "open"}), item("b", n={"N": "1"})])
    changed = history.back_up([item("a", s={"S": "closed"}), item("b")])
    gone = history.back_up([item("b")])
    history.back_up([item("a")], env="dev")
    shown = project.ddbgit("log", '--key={"id":{"S":"a"}}', "--env=prod").out
    lines = shown.splitlines()
    assert [line[:7] for line in lines if line[0] != " "] == [
        gone[:7], changed[:7], born[:7]]
    assert lines[1] == '  - {s: "closed"}'
    assert lines[3] == '  ~ s: "open" → "closed"'
    assert lines[5] == '  + {s: "open"}'
    done = project.ddbgit("log", '--key={"id":{"S":"a"}}', "--json", "-n2")
    assert done.records[-1]["changes"] == 2
    # The removal of a whole snapshot is the end of its items.
    last = history.back_up(None)
    first = project.ddbgit("log", '--key={"id":{"S":"b"}}', "--json").records
    assert first[0]["removed"] and first[1] == {
        "type": "item", "commit": last, "change": "removed",
        "key": {"id": {"S": "b"}}, "before": {"id": {"S": "b"}},
        "after": None}
    assert "No backup holds this item" in project.ddbgit(
        "log", '--key={"id":{"S":"none"}}').err


def test_many_damaged_backups_in_a_row(project, history):
    """More than are remembered; and one that begins with a damaged one."""
    history.back_up([], env="dev", raw='{"Items":[')
    history.back_up([item("a")], env="dev")
    history.back_up([item("a")])
    for n in range(12):
        history.back_up([], raw='{"Items":[{"id":{"S":"%d"}' % n)
    history.back_up([item("a", n={"N": "2"})])
    done = project.ddbgit("log", '--key={"id":{"S":"a"}}', "--json")
    assert [(r["change"], r["after"]) for r in done.of_type("item")] == [
        ("changed", item("a", n={"N": "2"})), ("added", item("a")),
        ("added", item("a"))]


def test_keys_of_another_schema_and_damage(project, history):
    other = {"Table": {**SCHEMA["Table"], "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk",
                                  "AttributeType": "N"}]}}
    history.back_up([{"pk": {"N": "1"}}], schema=other)
    done = project.ddbgit("log", '--key={"id":{"S":"a"}}', status=2)
    assert 'The key is pk (N); write it as {"pk":{"N":"42"}}' in done.err
    history.back_up([item("a")])
    history.back_up([], raw='{"Items":[{"id":{"S":"a"}')
    history.back_up([item("a", n={"N": "2"})])
    done = project.ddbgit("log", '--key={"id":{"S":"a"}}', "--json")
    # What changed while nobody could read it shows at the next one.
    assert [r["change"] for r in done.of_type("item")] == ["changed", "added"]
    assert done.err.count("passed over") == 1
    for bad in ("{", "[]", '{"id":{"S":"a"},"x":{"S":"b"}}', "null"):
        project.ddbgit("log", f"--key={bad}", status=2)


def test_the_first_row_of_a_long_history_comes_at_once(project, history):
    """All rows are there, in the order of git log."""
    for n in range(30):
        history.back_up([item("a", n={"N": str(n)})],
                        env=("prod", "dev")[n % 3 == 0])
    listed = [r["commit"] for r in project.ddbgit(
        "log", "--json").of_type("backup")]
    assert listed == project.git(
        "log", "--format=%H", "--", "backups").split("\n")
    shown = project.terminal("log", env={"GIT_PAGER": "head -n 3"})
    assert len(shown.out.splitlines()) == 3 and shown.status == 0


VALUES = st.one_of(
    st.none(), st.integers(0, 2).map(lambda n: {"v": {"N": str(n)}}),
    st.sets(st.sampled_from("xyz"), min_size=1).map(
        lambda s: {"v": {"SS": sorted(s)}}),
    st.lists(st.integers(0, 2).map(lambda n: {"N": str(n)}),
             max_size=3).map(lambda v: {"v": {"L": v}}))
# A state is what becomes of two items; None is no such item.
STATES = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6)


@settings(max_examples=max(EXAMPLES // 3, 3), deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(states=STATES)
def test_random_histories_of_an_item(tmp_path_factory, states):
    made = projects.Project(tmp_path_factory.mktemp("h") / "p")
    history = History(made)
    expected, before = [], []
    for state in states:
        items = [item(name, **value) for name, value in zip("ba", state)
                 if value is not None]
        if json.dumps(items) == json.dumps(before) and history.day:
            continue
        commit = history.back_up(items)
        for change in item_diff.diff_items(
                [i for i in before if i["id"]["S"] == "a"],
                [i for i in items if i["id"]["S"] == "a"], KEYS):
            expected.insert(0, {**change, "commit": commit})
        before = items
    records = made.ddbgit("log", '--key={"id":{"S":"a"}}',
                          "--json").of_type("item")
    for record in records:
        if record["change"] == "changed":
            del record["before"], record["after"]
    assert item_diff.normal(records) == item_diff.normal(expected)
