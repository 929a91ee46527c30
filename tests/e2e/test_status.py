"""ddbgit status, checked with boto3 and git."""

import socket

import pytest

from conftest import put_items


def item(name, **attributes):
    return {"id": {"S": name}, **attributes}


@pytest.fixture
def table(project, emulator, make_table, table_name):
    make_table(table_name, [item(f"i{n}") for n in range(10)])
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump", "--commit", "--tag=first")
    return table_name


def only(project, *options, **keywords):
    entry, = project.ddbgit("status", "--json", *options,
                            **keywords).of_type("status")
    return entry


def test_the_story_of_a_damaged_table(project, aws, table):
    entry = only(project, "--exit-code")
    assert entry == {
        "type": "status", "path": "backups/dynamodb/local",
        "environment": "local", "table": table, "region": "us-east-1",
        "backup": {"commit": project.git("rev-parse", "HEAD"),
                   "name": "first"},
        "date": entry["date"], "ageSeconds": entry["ageSeconds"],
        "items": 10, "checked": entry["checked"],
        "checkedAgeSeconds": entry["checkedAgeSeconds"],
        "files": "committed", "differs": False,
        "live": {"state": "counted", "table": table, "items": 10}}
    assert entry["ageSeconds"] < 120 and entry["date"] == entry["checked"]

    for n in (1, 2, 3):
        aws.delete_item(TableName=table, Key={"id": {"S": f"i{n}"}})
    put_items(aws, table, [item(f"i{n}", bad={"BOOL": True})
                           for n in range(4, 9)])
    shown = project.ddbgit("status", "--exit-code", status=4).out
    assert "last backup  first, " in shown and ", 10 items\n" in shown
    assert "live         about 7 items, 3 fewer\n" in shown
    assert "live         +0 ~5 -3\n" in project.ddbgit("status", "--live").out
    entry = only(project, "--live", "--exit-code", status=4)
    assert entry["live"] == {"state": "compared", "table": table, "added": 0,
                             "changed": 5, "removed": 3, "settings": 0}
    project.ddbgit("restore", "--rev=first")
    assert "live         equal\n" in project.ddbgit(
        "status", "--live", "--exit-code").out
    aws.delete_table(TableName=table)
    for option in ("--live", "-v"):
        entry = only(project, option, "--exit-code", status=4)
        assert entry["live"]["state"] == "missing"


def test_files_that_are_not_what_is_committed(project, aws, table):
    put_items(aws, table, [item("more")])
    project.ddbgit("dump")
    entry = only(project, "--offline", "--exit-code", status=4)
    assert entry["files"] == "changed" and entry["items"] == 10
    assert entry["live"] == {"state": "not-asked", "table": None}
    assert "changed since, not committed" in project.ddbgit("status").out
    done = project.ddbgit("dump", "--commit", env={
        "DDBGIT_TEST_CLOCK": "1,1900000000000"})
    assert "local" in done.out or done.status == 0
    assert only(project, "--offline")["files"] == "committed"
    # Checked again, and nothing was new.
    later = {"DDBGIT_TEST_CLOCK": "1,1900086400000"}
    project.ddbgit("dump", "--commit", env=later)
    shown = project.ddbgit("status", "--offline", env={
        "DDBGIT_TEST_CLOCK": "1,1900093600000"}).out
    assert "26 hours ago, 11 items" in shown
    assert "last check   2 hours ago, nothing new\n" in shown
    # Somebody's file beside them is none of ours.
    (project.snapshot() / "notes.txt").write_text("x")
    assert only(project, "--offline")["files"] == "committed"
    for path in project.snapshot().glob("*.*"):
        path.unlink()
    assert only(project, "--offline")["files"] == "missing"


def test_a_conflict_is_no_mere_change(project, aws, table):
    project.git("checkout", "-q", "-b", "other")
    put_items(aws, table, [item("i1", v={"S": "theirs"})])
    project.ddbgit("dump", "--commit")
    project.git("checkout", "-q", "main")
    put_items(aws, table, [item("i1", v={"S": "ours"})])
    project.ddbgit("dump", "--commit")
    project.git("merge", "other", status=1)
    assert only(project, "--offline", status=0)["files"] == "unmerged"
    done = project.ddbgit("status", "--offline", "--exit-code", status=4)
    assert "files        in conflict: a merge is not finished\n" in done.out
    project.git("checkout", "--no-overlay", "HEAD", "--", project.snapshot())
    assert only(project, "--offline")["files"] == "committed"


def test_never_committed_and_ignored(project, emulator, make_table,
                                     table_name):
    make_table(table_name, [item("a")])
    project.local(emulator.endpoint, table_name)
    assert "No backups found" in project.ddbgit("status").err
    project.ddbgit("dump")
    (project.path / ".gitignore").write_text("backups/\n")
    entry = only(project, "--exit-code", status=4)
    assert entry["files"] == "never-committed" and entry["backup"] is None
    assert entry["items"] == 1 and entry["live"]["items"] == 1
    shown = project.ddbgit("status").out
    assert "last backup  none\n" in shown
    assert "never committed, " in shown
    (project.snapshot() / "table-metadata.json").write_text("{")
    assert only(project)["table"] is None


def test_an_endpoint_that_is_silent_or_gone(project, emulator, table):
    """A listener that never answers must not hang a prompt."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        project.local(f"http://127.0.0.1:{port}", table)
        entry = only(project, "--exit-code", seconds=30)
        assert entry["live"] == {"state": "unknown", "table": table,
                                 "error": "no answer within 3 seconds"}
    entry = only(project, "--exit-code")
    assert "LocalStack is not running" in entry["live"]["error"]
    (project.path / "scripts" / ".env.local").unlink()
    entry = only(project, "--exit-code")
    assert "Environment file not found" in entry["live"]["error"]
    entry = only(project, "--live")
    assert "Environment file not found" in entry["live"]["error"]


def test_several_tables_detached_bare_and_unborn(project, emulator,
                                                 make_table, table, tmp_path):
    other = make_table(f"{table}-b", [item("a")])
    project.local(emulator.endpoint, other, env="dev")
    project.ddbgit("dump", "--env=dev", "--commit")
    project.ddbgit("dump", f"--table={other}", "--commit")
    paths = [e["path"] for e in project.ddbgit(
        "status", "--json").of_type("status")]
    assert paths == ["backups/dynamodb/dev", "backups/dynamodb/local",
                     f"backups/dynamodb/local@{other}"]
    entries = project.ddbgit("status", "--json", "--live",
                             "--env=local").of_type("status")
    assert [e["live"]["table"] for e in entries] == [table, other]
    assert not any(e["differs"] for e in entries)
    project.git("checkout", "-q", "--detach")
    assert len(project.ddbgit("status", "--json").records) == 4
    bare = tmp_path / "bare"
    project.git("clone", "-q", "--bare", ".", bare)
    entry, *_ = project.ddbgit("status", "--json", cwd=bare, env={
        "DDBGIT_ROOT": str(project.path)}).records
    assert entry["files"] == "no-worktree"
    assert entry["live"]["state"] == "counted"
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    assert project.ddbgit("status", "--json", cwd=fresh).records == [
        {"type": "summary", "command": "status", "exit": 0, "snapshots": 0,
         "differing": 0}]
    project.git("init", "-q", cwd=fresh)
    project.ddbgit("status", "--exit-code", cwd=fresh)
    project.ddbgit("status", "--live", "--offline", status=2)
