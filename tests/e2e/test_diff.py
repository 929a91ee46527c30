"""ddbgit diff against DynamoDB Local, checked by a diff of our own in Python
over what boto3 reads."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import conftest
import generated
import item_diff
from conftest import put_items, scan_all

EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "15"))
KEYS = [("id", "S")]


def item(name, /, **attributes):
    return {"id": {"S": name}, **attributes}


@pytest.fixture
def table(project, emulator, make_table, table_name):
    """A table of ten items with one committed, tagged backup."""
    make_table(table_name, [
        item(f"i{n}", n={"N": str(n)},
             m={"M": {"address": {"L": [{"S": "home"}, {"M": {
                 "zip": {"S": "1010"}, "city": {"S": "Vienna"}}}]}}},
             tags={"SS": ["a", "b"]}, blob={"B": b"\0" * 12})
        for n in range(10)])
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump", "--commit", "--tag=first")
    return table_name


def damage(aws, table):
    """Three items gone, one new, one changed in every way."""
    for n in (1, 2, 3):
        aws.delete_item(TableName=table, Key={"id": {"S": f"i{n}"}})
    put_items(aws, table, [
        item("new", name={"S": "Bob"}),
        item("i5", n={"N": "5.5"},
             m={"M": {"address": {"L": [{"S": "home"}, {"M": {
                 "zip": {"S": "1011"}, "city": {"S": "Vienna"}}}]}}},
             tags={"SS": ["b", "c"]}, blob={"B": b"\1" * 13},
             nick={"S": "five"})])


def test_default_is_the_last_backup_against_the_live_table(
        project, aws, table):
    damage(aws, table)
    shown = project.ddbgit("diff").out
    assert "--- first:backups/dynamodb/local" in shown
    assert f"+++ live  {table} (local, us-east-1)" in shown
    body = shown[shown.index("\nItems\n"):]
    assert body == '''
Items
- {"id":{"S":"i1"}}
    {blob: <12 bytes>, m: {address: ["home", {city: "Vienna", zi…
- {"id":{"S":"i2"}}
    {blob: <12 bytes>, m: {address: ["home", {city: "Vienna", zi…
- {"id":{"S":"i3"}}
    {blob: <12 bytes>, m: {address: ["home", {city: "Vienna", zi…
~ {"id":{"S":"i5"}}
  ~ blob: <12 bytes> → <13 bytes>
  ~ m.address[1].zip: "1010" → "1011"
  ~ n: 5 → 5.5
  + nick: "five"
  ~ tags: - {"a"} + {"c"}
+ {"id":{"S":"new"}}
    {name: "Bob"}

items: 1 added, 1 changed, 3 removed
'''
    assert all(len(line) < 80 for line in shown.splitlines())


def test_stat_keys_and_exit_code(project, aws, table):
    assert "No differences" in project.ddbgit("diff", "--exit-code").err
    damage(aws, table)
    assert project.ddbgit("diff", "--stat", "--exit-code", status=4).out \
        .splitlines()[-1] == "items: 1 added, 1 changed, 3 removed"
    keys = project.ddbgit("diff", "--keys").out.splitlines()
    assert keys == ['- {"id":{"S":"i1"}}', '- {"id":{"S":"i2"}}',
                    '- {"id":{"S":"i3"}}', '~ {"id":{"S":"i5"}}',
                    '+ {"id":{"S":"new"}}']
    records = project.ddbgit("diff", "--json", "--exit-code", status=4).records
    assert records[-1] == {"type": "summary", "command": "diff", "exit": 4,
                           "added": 1, "changed": 1, "removed": 3,
                           "settings": 0}
    assert project.ddbgit("diff", "--json", "--stat").records[1:] == [
        {**records[-1], "exit": 0}]


def test_json_is_what_python_finds(project, aws, table):
    before = scan_all(aws, table)
    damage(aws, table)
    records = project.ddbgit("diff", "--json").of_type("item")
    expected = item_diff.diff_items(before, scan_all(aws, table), KEYS)
    assert item_diff.normal(records) == item_diff.normal(expected)


def test_one_item_by_key(project, aws, table):
    damage(aws, table)
    key = '{"id": {"S": "i5"}}'
    records = project.ddbgit("diff", f"--key={key}", "--json").records
    assert [r["type"] for r in records] == ["diff", "item", "summary"]
    assert len(records[1]["attributes"]) == 5
    for a, b in (("first", "live"), ("live", "first"), ("first", "first")):
        done = project.ddbgit("diff", a, b, "--key", key, "--json")
        assert done.records[-1]["changed"] == (a != b)
    assert "on either side" in project.ddbgit(
        "diff", '--key={"id":{"S":"none"}}').err
    bad = project.ddbgit("diff", '--key={"i":{"S":"x"}}', status=2)
    assert "The key is id (S)" in bad.err
    project.ddbgit("diff", "--key=[", status=2)


def test_revisions_directories_and_their_names(project, aws, table):
    damage(aws, table)
    project.ddbgit("dump", "--commit", "--tag=second")
    expected = "items: 1 added, 1 changed, 3 removed"
    where = "backups/dynamodb/local"
    project.git("worktree", "add", "-q", "../other", "first")
    for a, b in (("first", "second"), ("HEAD~1", "HEAD"), ("first", where),
                 ("first", f"./{where}"), (f"first:{where}", "second"),
                 (f"../other/{where}", where), ("first", "live")):
        out = project.ddbgit("diff", "--stat", a, b).out
        assert out.splitlines()[-1] == expected, (a, b)
    assert project.ddbgit("diff", "second", where).out == ""
    assert project.ddbgit("diff", "first", "first~0").out == ""


def test_settings_come_first(project, aws, table):
    aws.update_time_to_live(
        TableName=table, TimeToLiveSpecification={
            "Enabled": True, "AttributeName": "ttl"})
    aws.update_table(
        TableName=table, AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "user", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": {
            "IndexName": "by-user",
            "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}}])
    done = project.ddbgit("diff", "--exit-code", status=4)
    assert "+ GlobalSecondaryIndexes" in done.out
    assert "TimeToLiveDescription" in done.out
    assert "setting" in done.out.splitlines()[-1]
    assert max(map(len, done.out.splitlines())) < 80
    kinds = {tuple(r["path"][:2]) for r in project.ddbgit(
        "diff", "--json").of_type("setting")}
    assert ("Table", "GlobalSecondaryIndexes") in kinds
    assert any(path[0] == "TimeToLiveDescription" for path in kinds)


def test_another_key_schema_is_told_and_not_compared(
        project, aws, emulator, make_table, table):
    other = make_table(f"{table}-other", [
        {"pk": {"N": "1"}}], key=("pk", "N"))
    project.local(emulator.endpoint, other, env="dev")
    done = project.ddbgit("diff", "--env=dev", "first", "live", status=1)
    assert "KeySchema" in done.out
    assert "the key is id (S) in first:backups/dynamodb/local and pk (N)" \
        in done.err


def test_wrong_usage_and_nothing_to_compare(project, emulator, make_table,
                                            table_name):
    make_table(table_name, [item("a")])
    project.local(emulator.endpoint, table_name)
    done = project.ddbgit("diff", status=1)
    assert "there is no backup of 'local'" in done.err
    assert "ddbgit dump --env=local --commit" in done.err
    project.ddbgit("diff", "--stat", "--full", status=2)
    project.ddbgit("diff", "a", "b", "c", status=2)
    assert "unknown revision" in project.ddbgit("diff", "nowhere",
                                                status=1).err
    # A plain dump is what there is of a backup.
    project.ddbgit("dump")
    put_items(conftest.client(emulator.endpoint), table_name, [item("b")])
    assert project.ddbgit("diff").out.splitlines()[0].startswith(
        "--- ./backups/dynamodb/local")
    # A branch of that name too.
    project.git("branch", "backups/dynamodb/local")
    done = project.ddbgit("diff", "backups/dynamodb/local", status=2)
    assert "./backups/dynamodb/local" in done.err


def test_unborn_bare_detached_and_no_repository(project, aws, table, tmp_path):
    damage(aws, table)
    project.git("checkout", "-q", "--detach")
    assert "3 removed" in project.ddbgit("diff").out
    bare = tmp_path / "bare"
    project.git("clone", "-q", "--bare", ".", bare)
    shown = project.ddbgit("diff", cwd=bare,
                           env={"DDBGIT_ROOT": str(project.path)})
    assert "3 removed" in shown.out
    fresh = tmp_path / "fresh"
    (fresh / "scripts").mkdir(parents=True)
    (fresh / "scripts" / ".env.local").write_bytes(
        (project.path / "scripts" / ".env.local").read_bytes())
    assert "there is no backup" in project.ddbgit(
        "diff", cwd=fresh, status=1).err
    project.git("init", "-q", cwd=fresh)
    assert "there is no backup" in project.ddbgit(
        "diff", cwd=fresh, status=1).err
    where = project.snapshot()
    assert "3 removed" in project.ddbgit("diff", where, cwd=fresh).out


def test_directories_of_any_order_and_hostile_ones(project, aws, table):
    data = project.snapshot() / "table-data.json"
    document = json.loads(data.read_text())
    document["Items"].reverse()
    data.write_text(json.dumps(document, indent=1))
    where = "backups/dynamodb/local"
    assert project.ddbgit("diff", "first", where).out == ""
    data.write_text(data.read_text()[:-40])
    done = project.ddbgit("diff", "first", where, status=1)
    assert "table-data.json" in done.err and done.out == ""
    data.write_text('{"Items":[{"id":{"S":"a"}}')
    project.ddbgit("diff", where, "live", "--json", status=1)


def test_what_misleads_a_terminal_is_escaped(project, aws, table):
    put_items(aws, table, [item("\x1b[31m\u202ex", **{
        "na.me\x9b": {"S": "\x1b]0;t\x07"}})])
    out = project.ddbgit("diff").out
    assert "\x1b" not in out and "\u202e" not in out and "\x9b" not in out
    assert '"na.me\\u009b": "\\u001b]0;t\\u0007"' in out
    only, = project.ddbgit("diff", "--json").of_type("item")
    assert only["key"] == {"id": {"S": "\x1b[31m\u202ex"}}


def test_huge_values_are_cut_round_the_difference(project, aws, table):
    put_items(aws, table, [item("i5", text={"S": "x" * 100_000 + "old tail"})])
    project.ddbgit("dump", "--commit", "--tag=long")
    put_items(aws, table, [item("i5", text={"S": "x" * 100_000 + "new tail"})])
    out = project.ddbgit("diff").out
    assert 'xold tail" → …xxxxxxxxxxxxxxxxxxxxnew tail"\n' in out
    assert max(map(len, out.splitlines())) < 80
    assert len(project.ddbgit("diff", "--full").out) > 200_000


def test_terminal_gets_a_pager_and_colors(project, aws, table):
    damage(aws, table)
    shown = project.terminal("diff", env={"GIT_PAGER": "sed s/^/PAGED/"}).out
    assert "PAGED" in shown and "\x1b[31m" in shown
    shown = project.terminal("diff", env={"GIT_PAGER": "cat", "NO_COLOR": "1"})
    assert "PAGED" not in shown.out and "\x1b[" not in shown.out
    project.git("config", "core.pager", "sed s/^/CORE/")
    project.git("config", "color.ui", "never")
    shown = project.terminal("diff").out
    assert "CORE---" in shown and "\x1b[" not in shown
    project.git("config", "color.diff", "always")
    assert "\x1b[31m" in project.ddbgit("diff").out
    assert "\x1b" not in project.ddbgit("diff", "--json").out
    # A reader that has seen enough is no failure.
    shown = project.terminal("diff", env={"GIT_PAGER": "true"})
    assert shown.status == 0
    # A pager that is not there takes nothing along.
    for gone in ("no-such-pager", "/no/such/pager -R"):
        assert "+++ live" in project.terminal(
            "diff", env={"GIT_PAGER": gone}).out, gone


def test_chunked_backups_are_compared_without_reading_what_is_equal(
        project, emulator, aws, make_table, table_name):
    """Equal chunks are skipped by their object ids: that they are gone is
    noticed by nobody but who reads them."""
    make_table(table_name, [item(f"i{n:04}", text={"S": f"{n} " * 200})
                            for n in range(900)])
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump", "--commit", "--tag=first", "--layout=chunked")
    before = scan_all(aws, table_name)
    put_items(aws, table_name, [item("i0100", text={"S": "100 " * 199})])
    aws.delete_item(TableName=table_name, Key={"id": {"S": "i0500"}})
    project.ddbgit("dump", "--commit", "--tag=second", "--layout=chunked")
    records = project.ddbgit("diff", "first", "second",
                             "--json").of_type("item")
    expected = item_diff.diff_items(before, scan_all(aws, table_name), KEYS)
    assert item_diff.normal(records) == item_diff.normal(expected)
    assert project.ddbgit("diff", "second", "live").out == ""
    lines = project.ddbgit("cat", "first", "--format=jsonl").out
    assert len(lines.splitlines()) == 900
    key = '{"id":{"S":"i0500"}}'
    assert project.ddbgit("cat", "first", f"--key={key}").status == 0
    history = project.ddbgit("log", f"--key={key}", "--json").of_type("item")
    assert [r["change"] for r in history] == ["removed", "added"]

    trees = [set(project.git("ls-tree", "-r", "--format=%(objectname)", tag,
                             "--", "backups/dynamodb/local/table-data"
                             ).split()) for tag in ("first", "second")]
    shared = trees[0] & trees[1]
    assert len(shared) > 3
    for name in shared:
        path = project.path / ".git" / "objects" / name[:2] / name[2:]
        path.unlink()
    again = project.ddbgit("diff", "first", "second", "--json")
    assert again.of_type("item") == records
    project.ddbgit("cat", "first", status=1)


# Few keys, so that two draws have some in common.
TABLE = st.dictionaries(st.sampled_from([f"k{n}" for n in range(9)]),
                        generated.ATTRIBUTES, max_size=7)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(before=TABLE, after=TABLE, shared=TABLE)
def test_random_edits_are_found_exactly(tmp_path_factory, before, after,
                                        shared):
    """Two directories in the shape of an aws dynamodb scan."""
    import project as projects
    made = projects.Project(tmp_path_factory.mktemp("d") / "p", git=False)
    tables = []
    for name, edits in (("a", before), ("b", after)):
        items = [item(key, **attributes)
                 for key, attributes in {**shared, **edits}.items()]
        folder = made.path / name
        folder.mkdir()
        (folder / "table-data.json").write_text(json.dumps(
            {"Items": items}, default=_base64))
        (folder / "table-schema.json").write_text(json.dumps({"Table": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"}]}}))
        tables.append(items)
    records = made.ddbgit("diff", "./a", "./b", "--json").of_type("item")
    expected = item_diff.diff_items(*tables, KEYS)
    assert item_diff.normal(records) == item_diff.normal(expected)
    backwards = made.ddbgit("diff", "./b", "./a", "--json").records[-1]
    assert backwards["added"] == sum(
        r["change"] == "removed" for r in records)


def _base64(value):
    import base64
    return base64.b64encode(value).decode()
