"""Restores of a part, as a mirror, and what undoes them: every state of a
table is what boto3 reads from it."""

import json
import os
import pty
import shlex
import subprocess
import time

import pytest

import project as projects
from conftest import put_items, scan_all

ITEMS = [{"id": {"S": f"k{n:02}"}, "n": {"N": str(n)}} for n in range(30)]


def key(number):
    return {"id": {"S": f"k{number:02}"}}


def by_id(items):
    return sorted(items, key=lambda item: item["id"]["S"])


@pytest.fixture
def table(project, emulator, aws, table_name, make_table):
    """A table of `dev` with thirty items, committed and tagged `good`."""
    make_table(table_name, ITEMS)
    project.local(emulator.endpoint, table_name, env="dev")
    project.ddbgit("dump", "--env=dev", "--tag=good")
    return table_name


@pytest.fixture
def damaged(table, aws):
    """The same with three items deleted, five changed and two added."""
    for number in (3, 4, 5):
        aws.delete_item(TableName=table, Key=key(number))
    put_items(aws, table, [{**key(number), "n": {"N": "-1"}}
                           for number in (10, 11, 12, 13, 14)])
    put_items(aws, table, [{**key(number), "new": {"BOOL": True}}
                           for number in (50, 51)])
    return table


def restore(project, *more, **keywords):
    return project.ddbgit("restore", "--env=dev", "--rev=good", *more,
                          "--json", **keywords)


def summary(result):
    return result.of_type("summary")[0]


def plan_of(result):
    plan = summary(result)["plan"]
    return [plan[name] for name in ("added", "changed", "equal", "extra")]


# Differences only

def test_a_dry_run_counts_each_kind_and_names_the_first_keys(project, aws,
                                                             damaged):
    before = by_id(scan_all(aws, damaged))
    done = restore(project, "--dry-run")
    assert plan_of(done) == [3, 5, 22, 2]
    plan = summary(done)["plan"]
    assert plan["firstAdded"] == [key(3), key(4), key(5)]
    assert plan["firstChanged"] == [key(n) for n in range(10, 15)]
    assert plan["firstExtra"] == [key(50), key(51)]
    assert summary(done)["toWrite"] == 30
    assert summary(restore(project, "--dry-run",
                           "--changed-only"))["toWrite"] == 8
    done = restore(project, "--dry-run", "--mirror")
    assert (summary(done)["toWrite"], summary(done)["toDelete"]) == (8, 2)
    assert "3 added, 5 changed, 22 equal, 2 to be deleted" in done.err
    assert '  - {"id":{"S":"k50"}}' in done.err
    assert by_id(scan_all(aws, damaged)) == before


def test_only_what_differs_is_written(project, aws, damaged):
    done = restore(project, "--changed-only")
    assert summary(done)["written"] == 8
    assert summary(done)["verification"]["extra"] == 2
    assert by_id(scan_all(aws, damaged))[:30] == ITEMS
    assert len(scan_all(aws, damaged)) == 32
    done = restore(project, "--changed-only")
    assert summary(done)["written"] == 0
    assert summary(done)["verification"]["equal"] == 30
    assert "nothing was written" in done.err


def test_writes_are_counted_on_the_wire(project, fake):
    table = fake.create("wire", items=ITEMS)
    project.local(fake.endpoint, "wire")
    project.ddbgit("dump")
    for number in (1, 2):
        table.delete(key(number))
    table.put({**key(9), "n": {"N": "8"}})
    sent = []
    fake.refuse = lambda item: sent.append(item) or False
    project.ddbgit("restore", "--changed-only")
    assert by_id(sent) == [ITEMS[1], ITEMS[2], ITEMS[9]]
    assert by_id(table.items) == ITEMS


def test_an_interrupted_restore_is_finished_by_the_difference(project, aws,
                                                              table):
    for number in range(12, 30):  # what a killed run had not written yet
        aws.delete_item(TableName=table, Key=key(number))
    assert summary(restore(project, "--changed-only"))["written"] == 18
    assert by_id(scan_all(aws, table)) == ITEMS


# Mirrors

def test_a_mirror_makes_the_table_what_the_snapshot_is(project, aws, damaged):
    done = restore(project, "--mirror", "--yes", "--no-backup-first")
    assert (summary(done)["written"], summary(done)["deleted"]) == (8, 2)
    assert summary(done)["verification"]["extra"] == 0
    assert by_id(scan_all(aws, damaged)) == ITEMS
    assert summary(done)["backup"] is None and summary(done)["undo"] is None
    assert "before-restore" not in project.git("branch", "--list")


def test_the_undo_command_gives_the_original_table(project, aws, damaged):
    before = by_id(scan_all(aws, damaged))
    head = project.git("rev-parse", "HEAD")
    done = restore(project, "--mirror", "--yes")
    assert by_id(scan_all(aws, damaged)) == ITEMS
    assert project.git("rev-parse", "HEAD", "before-restore").split() == [
        head, summary(done)["backup"]]
    assert project.git("status", "--porcelain", "--", "backups") == ""
    command = shlex.split(summary(done)["undo"])
    assert command[0] == "ddbgit" and f"[INFO] This undoes the restore: " \
        f"{summary(done)['undo']}\n" in done.err
    project.ddbgit(*command[1:], "--yes")
    assert by_id(scan_all(aws, damaged)) == before
    project.git("fsck", "--strict")


def test_what_is_backed_up_may_be_a_table_that_was_emptied(project, aws,
                                                           table):
    restore(project, "--mirror", "--yes")  # nothing to do, so no backup
    assert "before-restore" not in project.git("branch", "--list")
    aws.delete_item(TableName=table, Key=key(0))
    restore(project, "--mirror", "--yes")
    for number in range(30):
        aws.delete_item(TableName=table, Key=key(number))
    done = restore(project, "--mirror", "--yes")
    assert by_id(scan_all(aws, table)) == ITEMS
    project.ddbgit(*shlex.split(summary(done)["undo"])[1:], "--yes")
    assert scan_all(aws, table) == []


def test_any_restore_can_back_up_first(project, aws, damaged):
    before = by_id(scan_all(aws, damaged))
    done = restore(project, "--backup-first", f"--key={json.dumps(key(3))}")
    assert summary(done)["written"] == 1
    project.ddbgit(*shlex.split(summary(done)["undo"])[1:], "--yes")
    assert by_id(scan_all(aws, damaged)) == before


def test_a_restore_from_the_snapshots_own_folder_can_be_undone(project, aws,
                                                               damaged):
    """The backup leaves the folder alone that the restore reads."""
    done = project.ddbgit("restore", "--env=dev", "--mirror", "--yes",
                          "--source=backups/dynamodb/dev", "--json")
    assert by_id(scan_all(aws, damaged)) == ITEMS
    assert by_id(project.items("dev")) == ITEMS
    assert summary(done)["undo"]


def test_without_a_repository_a_mirror_says_the_way_out(project, aws, damaged):
    before = by_id(scan_all(aws, damaged))
    (project.path / ".git").rename(project.home / "git")
    args = ["restore", "--env=dev", "--source=backups/dynamodb/dev",
            "--mirror", "--yes"]
    done = project.ddbgit(*args, status=2)
    assert "--no-backup-first" in done.err
    assert by_id(scan_all(aws, damaged)) == before
    project.ddbgit(*args, "--no-backup-first")
    assert by_id(scan_all(aws, damaged)) == ITEMS


@pytest.fixture
def asked(project, fake):
    """The scripted server's table, of which a mirror would delete an item."""
    table = fake.create("asked", items=ITEMS)
    project.local(fake.endpoint, "asked", env="dev")
    project.ddbgit("dump", "--env=dev")
    table.put(key(50))
    fake.forget()
    yield table
    assert fake.count("BatchWriteItem") == 0
    assert key(50) in table.items
    assert "before-restore" not in project.git("branch", "--list")


MIRROR = ["restore", "--env=dev", "--source=backups/dynamodb/dev", "--mirror"]
QUESTION = "Type the table's name"


@pytest.mark.parametrize("typed", ["yes", "", "\x04"])
def test_a_mirror_that_is_not_confirmed_writes_nothing(project, asked, typed):
    done = project.terminal(*MIRROR, answers=[(QUESTION, typed)], status=5)
    assert "0 items would be written into, and 1 deleted from, the table " \
        "'asked'" in " ".join(done.out.split())


def test_nobody_can_confirm_a_mirror_through_a_pipe(project, asked):
    done = project.ddbgit(*MIRROR, status=5, stdin="asked\n")
    assert "--yes" in done.err


def test_control_c_at_the_question_writes_nothing(project, asked):
    """setsid makes the terminal the one that signals come from."""
    project.terminal("--ctty", "--wait", projects.binary(), *MIRROR,
                     program="/usr/bin/setsid",
                     answers=[(QUESTION, "\x03")], status=130)


def test_a_closed_terminal_writes_nothing(project, asked):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [projects.binary(), *MIRROR], cwd=project.path, env=project.env,
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    shown = b""
    while QUESTION.encode() not in shown:
        shown += os.read(master, 4096)
    os.close(master)
    assert process.wait(projects.SECONDS) != 0


def test_local_is_mirrored_without_asking(project, fake):
    table = fake.create("own", items=ITEMS)
    project.local(fake.endpoint, "own")
    project.ddbgit("dump")
    table.put(key(50))
    project.ddbgit("restore", "--mirror")
    assert by_id(table.items) == ITEMS


def test_a_mirror_never_deletes_what_it_did_not_show(project, fake):
    """An item that comes while the question stands is in no list."""
    table = fake.create("busy", items=ITEMS)
    project.local(fake.endpoint, "busy", env="dev")
    project.ddbgit("dump", "--env=dev")
    table.put(key(50))
    seen = []

    def late(item):
        if not seen:
            table.put(key(60))
        seen.append(item)
        return False

    fake.refuse = late
    done = project.ddbgit("restore", "--env=dev", "--mirror", "--yes",
                          "--json", status=3)
    assert seen == [key(50)]
    assert key(60) in table.items and key(50) not in table.items
    assert "come since or not deleted 1" in done.err


def test_nothing_is_deleted_where_an_item_was_refused(project, fake):
    table = fake.create("picky", items=ITEMS)
    project.local(fake.endpoint, "picky")
    project.ddbgit("dump")
    table.delete(key(7))
    table.put(key(50))
    fake.refuse = lambda item: item["id"]["S"] == "k07"
    done = project.ddbgit("restore", "--mirror", "--json", status=3)
    assert "Nothing is deleted" in done.err
    assert key(50) in table.items and summary(done)["deleted"] == 0


# Single items

def test_single_items_come_from_any_revision(project, aws, damaged):
    done = restore(project, f"--key={json.dumps(key(3))}",
                   f"--key={json.dumps(key(10))}",
                   f"--key={json.dumps(key(20))}")
    assert plan_of(done) == [1, 1, 1, 0]
    assert summary(done)["written"] == 3
    assert summary(done)["verification"] == {
        "kind": "full", "expected": 3, "equal": 3, "different": 0,
        "missing": 0, "expired": 0, "extra": 0}
    now = {item["id"]["S"]: item for item in scan_all(aws, damaged)}
    assert now["k03"] == ITEMS[3] and now["k10"] == ITEMS[10]
    assert "k04" not in now and now["k11"]["n"] == {"N": "-1"}
    done = restore(project, f"--key={json.dumps(key(3))}",
                   f"--key={json.dumps(key(11))}", "--changed-only")
    assert summary(done)["written"] == 1


def test_a_key_that_the_snapshot_lacks_is_said(project, aws, damaged):
    done = restore(project, f"--key={json.dumps(key(50))}",
                   f"--key={json.dumps(key(4))}", status=3)
    assert 'has no item {"id":{"S":"k50"}}' in done.err
    assert "1 of 2 keys not in good:backups/dynamodb/dev" in done.err
    assert summary(done)["absent"] == 1 and summary(done)["written"] == 1
    now = {item["id"]["S"]: item for item in scan_all(aws, damaged)}
    assert now["k04"] == ITEMS[4] and now["k50"]["new"] == {"BOOL": True}


def test_a_failures_file_is_restored_once_the_cause_is_gone(project, fake):
    fake.create("picky", items=ITEMS)
    project.local(fake.endpoint, "picky")
    project.ddbgit("dump")
    table = fake.create("target")
    project.local(fake.endpoint, "target")
    fake.refuse = lambda item: item["id"]["S"] in ("k07", "k21")
    done = project.ddbgit("restore", "--source=backups/dynamodb/local",
                          "--json", status=3)
    failures = summary(done)["failuresFile"]
    fake.refuse = None
    done = project.ddbgit("restore", "--source=backups/dynamodb/local",
                          f"--keys-file={failures}", "--json")
    assert summary(done)["written"] == 2
    assert by_id(table.items) == ITEMS


@pytest.mark.parametrize("given, words", [
    ("{}", ["--key", "id (S)"]),
    ('{"id":{"N":"1"}}', ["--key", "id (S)"]),
    ("k01", ["--key", "id (S)"]),
])
def test_a_key_of_another_kind_is_a_mistake(project, table, given, words):
    done = restore(project, f"--key={given}", status=2)
    assert all(word in done.err for word in words)


@pytest.mark.parametrize("args", [
    ["--mirror", "--key={}"], ["--only=schema", "--mirror"],
    ["--only=schema", "--keys-file=x"], ["--only=schema", "--changed-only"],
    ["--backup-first", "--no-backup-first"]])
def test_options_that_contradict_each_other(project, table, args):
    restore(project, *args, status=2)


# Parts, and beside the original

def test_only_the_schema_makes_an_empty_table(project, aws, table):
    target = f"{table}-empty"
    done = restore(project, "--only=schema", f"--table={target}")
    assert summary(done)["created"] and summary(done)["written"] == 0
    assert scan_all(aws, target) == []
    assert aws.describe_table(TableName=target)["Table"]["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"}]
    done = restore(project, "--only=schema", f"--table={target}")
    assert not summary(done)["created"] and "exists" in done.err


def test_only_the_data_creates_no_table(project, aws, table):
    target = f"{table}-none"
    done = restore(project, "--only=data", f"--table={target}", status=1)
    assert "--only=data" in done.err
    restore(project, "--only=schema", f"--table={target}")
    restore(project, "--only=data", f"--table={target}")
    assert by_id(scan_all(aws, target)) == ITEMS


def test_a_restore_beside_the_original_leaves_it(project, aws, damaged):
    before = by_id(scan_all(aws, damaged))
    target = f"{damaged}-beside"
    done = restore(project, f"--table={target}")
    assert by_id(scan_all(aws, target)) == ITEMS
    assert by_id(scan_all(aws, damaged)) == before
    aws.delete_item(TableName=target, Key=key(1))
    done = restore(project, f"--table={target}", "--mirror", "--yes")
    assert summary(done)["written"] == 1
    assert f"--table={target}" in summary(done)["undo"]
    project.ddbgit(*shlex.split(summary(done)["undo"])[1:], "--yes")
    assert by_id(scan_all(aws, target)) == ITEMS[:1] + ITEMS[2:]


# Indexes after the items

def update_table(aws, **request):
    """The emulator does one change of an index at a time, in all tables."""
    for _ in range(100):
        try:
            return aws.update_table(**request)
        except aws.exceptions.LimitExceededException:
            time.sleep(0.1)
    raise AssertionError("the emulator stays busy")


@pytest.fixture
def misfit(project, emulator, aws, table_name, make_table):
    """A table whose index came later than an item that does not fit it."""
    make_table(table_name, ITEMS + [{**key(40), "n": {"S": "forty"}}])
    update_table(
        aws, TableName=table_name,
        AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
        GlobalSecondaryIndexUpdates=[{"Create": {
            "IndexName": "by-n", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}]}}])
    while aws.describe_table(TableName=table_name)["Table"][
            "GlobalSecondaryIndexes"][0]["IndexStatus"] != "ACTIVE":
        time.sleep(0.1)
    project.local(emulator.endpoint, table_name, env="dev")
    project.ddbgit("dump", "--env=dev", "--tag=good")
    return table_name


def indexes(aws, table):
    described = aws.describe_table(TableName=table)["Table"]
    return [(index["IndexName"], index["IndexStatus"])
            for index in described.get("GlobalSecondaryIndexes", [])]


def test_items_that_do_not_fit_an_index_go_before_it(project, aws, misfit):
    done = restore(project, f"--table={misfit}-now", status=3)
    assert summary(done)["refused"] == 1 and "--indexes=after" in done.err
    target = f"{misfit}-after"
    done = restore(project, f"--table={target}", "--indexes=after",
                   "--dry-run")
    assert "Index 'by-n' is to be added after the items" in done.err
    done = restore(project, f"--table={target}", "--indexes=after")
    assert summary(done)["written"] == 31
    assert summary(done)["indexesAdded"] == 1
    assert indexes(aws, target) == [("by-n", "ACTIVE")]
    found = aws.query(TableName=target, IndexName="by-n",
                      KeyConditionExpression="n = :n",
                      ExpressionAttributeValues={":n": {"N": "7"}})
    assert found["Items"] == [ITEMS[7]]
    assert len(scan_all(aws, target)) == 31
    # Now that the index is there, what does not fit is refused again.
    done = restore(project, f"--table={target}", "--indexes=after", status=3)
    assert "Index 'by-n' exists: items that do not fit its key" in done.err
    assert "or give --changed-only if they are in the table" in " ".join(
        done.err.split())
    done = restore(project, f"--table={target}", "--indexes=after",
                   "--changed-only")
    assert summary(done)["written"] == 0

    # As after a run that ended before it came to the index.
    update_table(aws, TableName=target, GlobalSecondaryIndexUpdates=[
        {"Delete": {"IndexName": "by-n"}}])
    while indexes(aws, target):
        time.sleep(0.1)
    args = [f"--table={target}", "--indexes=after", "--changed-only"]
    done = restore(project, *args)
    assert summary(done)["indexesAdded"] == 1
    assert summary(done)["written"] == 0
    assert indexes(aws, target) == [("by-n", "ACTIVE")]
    assert summary(restore(project, *args))["indexesAdded"] == 0
    restore(project, "--only=data", "--indexes=after", status=2)
