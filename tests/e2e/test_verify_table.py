"""ddbgit verify --against=live and --drill: a backup and tables."""

import signal
import subprocess
import time

import pytest

import project as projects
from conftest import put_items, scan_all

ITEMS = [{"id": {"S": f"k{n}"}, "n": {"N": str(n)}} for n in range(40)]


@pytest.fixture
def table(project, emulator, make_table, table_name):
    make_table(table_name, ITEMS)
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump", "--commit", "--tag=first")
    return table_name


def drills(aws):
    return [name for name in aws.list_tables()["TableNames"]
            if name.startswith("ddbgit-drill-")]


def test_against_live(project, aws, table):
    where = "backups/dynamodb/local"
    for words in ([], ["first"], ["-s", where], [f"./{where}"],
                  [f"first:{where}"], ["HEAD", f"--path={where}"]):
        done = project.ddbgit("verify", *words, "--against=live", "--json")
        counted = done.records[-1]["verification"]
        assert (counted["expected"], counted["equal"]) == (40, 40)
    put_items(aws, table, [{"id": {"S": "new"}},
                           {"id": {"S": "k7"}, "n": {"N": "-7"}}])
    for n in (3, 4):
        aws.delete_item(TableName=table, Key={"id": {"S": f"k{n}"}})
    done = project.ddbgit("verify", "--against=live", "--json", status=3)
    assert done.records[-1]["verification"] == {
        "kind": "full", "expected": 40, "equal": 37, "different": 1,
        "missing": 2, "expired": 0, "extra": 1}
    assert sorted((r["difference"], r["key"]["id"]["S"])
                  for r in done.of_type("mismatch")) == [
        ("different", "k7"), ("extra", "new"), ("missing", "k3"),
        ("missing", "k4")]
    done = project.ddbgit("verify", "first", "--against=live", status=3)
    assert '- {"id":{"S":"k3"}}\n- {"id":{"S":"k4"}}\n~ {"id":{"S":"k7"}}\n' \
           '+ {"id":{"S":"new"}}\n' in done.out
    assert "missing 2, different 1, extra 1" in done.err
    # Of a damaged backup nothing is compared.
    (project.snapshot() / "dump-summary.txt").unlink()
    done = project.ddbgit("verify", "-s", where, "--against=live", "--json",
                          status=3)
    assert done.records[-1]["verification"] is None
    assert done.records[-1]["problems"] == 1


def test_an_expired_item_is_no_difference(project, aws, table):
    put_items(aws, table, [{"id": {"S": "old"}, "end": {"N": "1000000000"}}])
    project.ddbgit("dump", "--commit")
    aws.update_time_to_live(TableName=table, TimeToLiveSpecification={
        "Enabled": True, "AttributeName": "end"})
    aws.delete_item(TableName=table, Key={"id": {"S": "old"}})
    done = project.ddbgit("verify", "--against=live", "--json")
    assert done.records[-1]["verification"]["expired"] == 1
    assert "(expired)" in project.ddbgit("verify", "--against=live").out


def test_drill(project, aws, table):
    before = scan_all(aws, table)
    tables = aws.list_tables()["TableNames"]
    for words in ([], ["first"], ["-s", "backups/dynamodb/local"]):
        done = project.ddbgit("verify", *words, "--drill", "--json")
        summary = done.records[-1]
        assert summary["table"].startswith("ddbgit-drill-local-")
        assert summary["verification"]["equal"] == 40
        assert f"Deleted table '{summary['table']}'" in done.err
        assert drills(aws) == []
    assert scan_all(aws, table) == before
    assert aws.list_tables()["TableNames"] == tables


def test_a_drill_that_was_killed_is_told(project, fake):
    """By the next one and by doctor, with the command that removes it."""
    fake.create("media", ITEMS)
    project.local(fake.endpoint, "media")
    project.ddbgit("dump", "--commit")
    fake.fault("stall", operation="BatchWriteItem", times=1000)
    process = subprocess.Popen(
        [projects.binary(), "verify", "--drill"], cwd=project.path,
        env=project.env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + projects.SECONDS
    while len(fake.tables) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    fake.faults.clear()
    left, = set(fake.tables) - {"media"}
    # Of other environments, and whatever else looks like one.
    others = ["ddbgit-drill-local-0123456789abcdef",
              left.replace("-local-", "-local-2-"),
              left.replace("-local-", "-other-"), left + "0", left[:-1],
              left[:-1] + "x", left.replace("T", "t"), "ddbgit-drill-local-"]
    for name in others:
        fake.create(name)
    remove = (f"aws dynamodb delete-table --table-name {left} --region "
              f"us-east-1 --endpoint-url '{fake.endpoint}'")
    done = project.ddbgit("verify", "--drill")
    assert f"Table '{left}' of another drill exists, made " in done.err
    assert remove in done.err and done.err.count("another drill") == 1
    assert set(fake.tables) == {"media", left, *others}  # not ours to delete
    env = {"DDBGIT_TEST_CLOCK": f"1,{int((time.time() + 7 * 86400) * 1000)}"}
    found = project.ddbgit("doctor", "--json", env=env).of_type("check")
    check, = [check for check in found if check["name"] == "drill tables"]
    assert check["state"] == "warning"
    assert check["advice"] == f"{remove}  # made 7 days ago"
    fake.fault("denied", operation="ListTables", times=1000)
    done = project.ddbgit("verify", "--drill")
    assert "another drill" not in done.err
    found = project.ddbgit("doctor", "--json").of_type("check")
    check, = [check for check in found if check["name"] == "drill tables"]
    assert check["state"] == "skipped" and "not looked for" in check["detail"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_removes_its_table(project, fake, number):
    fake.create("media", [{"id": {"S": f"{n}"}} for n in range(60)])
    project.local(fake.endpoint, "media")
    project.ddbgit("dump", "--commit")
    fake.fault("stall", operation="BatchWriteItem", times=1000)
    drill = subprocess.Popen(
        [projects.binary(), "verify", "--drill"], cwd=project.path,
        env=project.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while not any(name.startswith("ddbgit-drill-")
                      for name in list(fake.tables)):
            assert time.monotonic() < deadline, "no drill table"
            time.sleep(0.02)
        drill.send_signal(number)
        _, err = drill.communicate(timeout=60)
    finally:
        drill.kill()
    assert drill.returncode == 128 + number, err
    assert list(fake.tables) == ["media"]


def test_an_outage_does_not_leave_the_table_of_a_drill(project, fake):
    """Its own client has had no answer yet, but the drill has."""
    fake.create("media", ITEMS)
    project.local(fake.endpoint, "media")
    project.ddbgit("dump", "--commit")
    fault = fake.fault("die", operation="DeleteTable", seconds=0.5)
    project.ddbgit("verify", "--drill", env={"DDBGIT_TEST_CLOCK": "10"})
    assert fault.struck and list(fake.tables) == ["media"]


def test_guards_of_a_drill(project, fake):
    fake.create("prod-media", ITEMS[:3])
    project.local(fake.endpoint, "prod-media", env="prod")
    project.ddbgit("dump", "--env=prod", "--commit")
    seen = len(fake.requests)
    done = project.ddbgit("verify", "--env=prod", "--drill", status=5)
    assert "protected" in done.err and len(fake.requests) == seen
    project.ddbgit("verify", "--env=prod", "--drill", "--yes")
    assert list(fake.tables) == ["prod-media"]
    # A restore that fails, and a table that cannot be deleted.
    fake.fault("validation", operation="BatchWriteItem", times=1000)
    project.ddbgit("verify", "--env=prod", "--drill", "--yes", status=3)
    assert list(fake.tables) == ["prod-media"]
    fake.fault("validation", operation="DeleteTable", times=1)
    done = project.ddbgit("verify", "--env=prod", "--drill", "--yes",
                          status=3)
    left, = set(fake.tables) - {"prod-media"}
    assert (f"Delete it: aws dynamodb delete-table --table-name {left} --region "
            f"us-east-1 --endpoint-url '{fake.endpoint}'") in done.err
