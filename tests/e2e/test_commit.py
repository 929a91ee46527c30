"""dump --commit, as git sees it."""

import json
import re

import pytest

from conftest import put_items


def items(count, **more):
    return [{"id": {"S": f"item-{n:04}"}, "n": {"N": str(n)}, **more}
            for n in range(count)]


@pytest.fixture
def media(project, emulator, table_name, make_table):
    """A project with the environment dev and a table of 20 items."""
    make_table(table_name, items(20))
    project.local(emulator.endpoint, table_name, env="dev")
    project.table = table_name
    return project


def objects(project):
    return project.git("cat-file", "--batch-all-objects",
                       "--batch-check").splitlines()


def commits(project):
    return int(project.git("rev-list", "--count", "HEAD"))


@pytest.mark.smoke
def test_a_commit_leaves_everything_clean(media):
    (media.path / "other").write_text("staged\n")
    media.git("add", "other")
    (media.path / "README").write_text("edited, not staged\n")
    media.ddbgit("dump", "--env=dev", "--commit")
    assert media.git("fsck", "--strict") == ""
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert media.git("status", "--porcelain", "--", "other",
                     "README").splitlines() == [" M README", "A  other"]
    assert media.git("show", "--name-only", "--format=").splitlines() == [
        f"backups/dynamodb/dev/{name}" for name in (
            "dump-summary.txt", "table-data.json", "table-metadata.json",
            "table-schema.json")]
    assert commits(media) == 2


def test_trailers_are_what_git_reads(media):
    media.ddbgit("dump", "--env=dev", "--commit")
    message = media.git("log", "-1", "--format=%B")
    parsed = media.run("git", "interpret-trailers", "--parse",
                       stdin=message).out
    trailers = dict(line.split(": ", 1) for line in parsed.splitlines())
    metadata = json.loads(
        (media.snapshot("dev") / "table-metadata.json").read_text())
    assert trailers == {
        "Ddbgit-Format": "1",
        "Ddbgit-Environment": "dev",
        "Ddbgit-Table": media.table,
        "Ddbgit-Region": "us-east-1",
        "Ddbgit-Items": "20",
        "Ddbgit-Changes": "+20 ~0 -0",
        "Ddbgit-Data-SHA256": metadata["dataSha256"],
        "Ddbgit-Dump-Date": metadata["dumpDate"],
        "Ddbgit-Path": "backups/dynamodb/dev"}
    assert message.startswith(f"Dump {media.table} (dev): 20 items\n\n")


def test_an_unchanged_table_makes_no_second_commit(media):
    media.ddbgit("dump", "--env=dev", "--commit")
    before = objects(media)
    again = media.ddbgit("dump", "--env=dev", "--commit")
    assert re.search(r"\[INFO\] No changes since [0-9a-f]{7} "
                     r"\(\d{4}-\d\d-\d\d\)\n", again.err), again.err
    assert objects(media) == before
    assert commits(media) == 2
    assert media.git("status", "--porcelain", "--", "backups") == ""
    media.ddbgit("dump", "--env=dev", "--commit", "--allow-empty")
    assert commits(media) == 3


def test_log_and_show_agree_on_the_first_backup(media, aws):
    media.ddbgit("dump", "--env=dev", "--commit")
    put_items(aws, media.table, [{"id": {"S": "new"}}])
    media.ddbgit("dump", "--env=dev", "--commit")
    rows = media.ddbgit("log", "--json").of_type("backup")
    assert [row["changes"]["kind"] for row in rows] == ["counted", "first"]
    for row in rows:
        shown, = media.ddbgit("show", row["commit"], "--json").of_type("backup")
        assert shown["changes"] == row["changes"]


def test_what_moves_by_itself_is_no_change(project, fake):
    fake.create("media", items(30))
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("dump", "--env=dev", "--commit")
    before = objects(project)
    fake.move()
    moved = project.ddbgit("dump", "--env=dev", "--commit")
    assert "No changes since" in moved.err
    assert objects(project) == before


def test_a_diff_shows_the_changed_items_and_no_others(media, aws):
    media.ddbgit("dump", "--env=dev", "--commit")
    put_items(aws, media.table, [
        {"id": {"S": "item-0005"}, "n": {"N": "500"}},
        {"id": {"S": "item-0010x"}, "n": {"N": "1"}}])
    aws.delete_item(TableName=media.table, Key={"id": {"S": "item-0012"}})
    done = media.ddbgit("dump", "--env=dev", "--commit")
    assert "1 added, 1 changed, 1 removed since" in done.err
    lines = [line for line in media.git(
        "diff", "-U0", "HEAD^", "HEAD", "--",
        "backups/dynamodb/dev/table-data.json").splitlines()
        if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert lines == [
        '-{"id":{"S":"item-0005"},"n":{"N":"5"}},',
        '+{"id":{"S":"item-0005"},"n":{"N":"500"}},',
        '+{"id":{"S":"item-0010x"},"n":{"N":"1"}},',
        '-{"id":{"S":"item-0012"},"n":{"N":"12"}},']
    assert "1 added, 1 changed, 1 removed since" in media.git(
        "log", "-1", "--format=%B")


def test_a_commit_by_hand_is_a_backup(media, aws, emulator):
    media.ddbgit("dump", "--env=dev")
    media.git("add", "backups/")
    media.git("commit", "-q", "-m", "Add DynamoDB table backup")
    listed = media.ddbgit("log", "--json").of_type("backup")
    assert [(one["environment"], one["table"], one["items"])
            for one in listed] == [("dev", media.table, 20)]
    media.local(emulator.endpoint, media.table + "-copy")
    media.ddbgit("restore", "--env=local", "--rev=HEAD")
    assert aws.scan(TableName=media.table + "-copy")["Count"] == 20


def test_tags(media, aws):
    day = "1738000000000"  # 2025-01-27
    clock = {"DDBGIT_TEST_CLOCK": f"1,{day}"}
    media.ddbgit("dump", "--env=dev", "--commit", "--tag", env=clock)
    assert media.git("cat-file", "-t", "dev-20250127") == "tag"
    same = media.ddbgit("dump", "--env=dev", "--commit", "--tag", env=clock)
    assert re.search(r"No changes since dev-20250127 \([0-9a-f]{7}, "
                     r"2025-01-27\)\n", same.err), same.err
    assert media.git("tag").splitlines() == ["dev-20250127"]
    put_items(aws, media.table, [{"id": {"S": "new"}}])
    media.ddbgit("dump", "--env=dev", "--commit", "--tag", env=clock)
    assert media.git("tag").splitlines() == ["dev-20250127",
                                             "dev-20250127.2"]
    taken = media.ddbgit("dump", "--env=dev", "--tag=dev-20250127",
                         status=1)
    assert "tag 'dev-20250127' exists already" in taken.err
    put_items(aws, media.table, [{"id": {"S": "newer"}}])
    changed = media.ddbgit("dump", "--env=dev", "--tag=dev-20250127.2",
                           status=1)
    assert "has changed since" in changed.err
    assert commits(media) == 3
    media.ddbgit("tag", "before-release")
    assert media.git("rev-parse", "before-release^{commit}") == \
        media.git("rev-parse", "HEAD")


def test_another_branch(media):
    head = media.git("rev-parse", "HEAD")
    media.ddbgit("dump", "--env=dev", "--branch=backups")
    assert media.git("rev-parse", "HEAD") == head
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert not media.snapshot("dev").exists()
    assert media.git("rev-list", "--count", "backups") == "1"
    assert media.git("fsck", "--strict") == ""
    before = objects(media)
    again = media.ddbgit("dump", "--env=dev", "--branch=backups")
    assert "No changes since" in again.err
    assert objects(media) == before
    listed = media.ddbgit("log", "backups")
    assert media.table in listed.out


def test_a_bare_repository(media, aws, emulator):
    bare = media.path.parent / "bare.git"
    media.git("clone", "-q", "--bare", media.path, bare)
    root = {"DDBGIT_ROOT": str(media.path)}
    media.ddbgit("dump", "--env=dev", "--commit", "--tag=one", cwd=bare,
                 env=root)
    assert media.git("rev-list", "--count", "main", cwd=bare) == "2"
    assert media.git("fsck", "--strict", cwd=bare) == ""
    put_items(aws, media.table, [{"id": {"S": "new"}}])
    done = media.ddbgit("dump", "--env=dev", "--commit", cwd=bare, env=root)
    assert "Dumped 21 items of" in done.err
    assert "to main:backups/dynamodb/dev" in done.err
    assert re.search(r"to main: 1 added, 0 changed, 0 removed since one\n",
                     done.err)
    media.local(emulator.endpoint, media.table + "-copy")
    media.ddbgit("restore", "--rev=one", cwd=bare, env=root)
    assert aws.scan(TableName=media.table + "-copy")["Count"] == 20


def test_an_ignored_path_is_refused_with_file_line_and_pattern(media, fake):
    fake.create("media", items(1))
    media.local(fake.endpoint, "media", env="dev")
    (media.path / ".gitignore").write_text("# Backup data\nbackups/\n")
    refused = media.ddbgit("dump", "--env=dev", "--commit", status=5)
    assert ".gitignore" in refused.err and "backups/" in refused.err
    assert "2" in refused.err and "--force" in refused.err
    assert fake.requests == []
    media.ddbgit("dump", "--env=dev", "--commit", "--force")
    assert commits(media) == 2
    # Tracked now: no force needed.
    media.ddbgit("dump", "--env=dev", "--commit")


def test_segments_and_memory_change_no_byte(project, fake):
    fake.create("media", items(12000, pad={"S": "x" * 1000}))
    project.local(fake.endpoint, "media", env="wide")
    seen = set()
    for options, spills in ((["--segments=1"], False),
                            (["--segments=8"], False),
                            (["--segments=8", "--memory=8M"], True)):
        done = project.ddbgit("dump", "--env=wide", *options)
        assert ("of temporary space" in done.err) == spills
        seen.add((project.snapshot("wide") / "table-data.json").read_bytes())
    assert len(seen) == 1
