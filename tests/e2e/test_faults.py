"""What a run says and does where the service does not do as usual. Each
fault at each request is in test_matrix_wire.py."""

import json
import re

import pytest

FAST = {"DDBGIT_TEST_CLOCK": "2000"}
ITEMS = 40
SEGMENTS = 3


def items(count=ITEMS):
    return [{"id": {"S": f"item-{n:03}"}, "n": {"N": str(n)},
             "text": {"S": "ü" * (n % 7)}} for n in range(count)]


def whole(project, env, ledger):
    """The snapshot is exactly the ledger's items."""
    key = lambda item: item["id"]["S"]  # noqa: E731
    return sorted(project.items(env), key=key) == sorted(ledger, key=key)


@pytest.fixture
def media(project, fake):
    fake.create("media", items())
    fake.page_items = 5
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "copy")
    project.env.update(FAST)
    return project


def test_each_segment_is_read_whole_or_not_at_all(media, fake):
    media.ddbgit("dump", "--env=dev")
    before = (media.snapshot("dev") / "table-data.json").read_bytes()
    for segment in range(SEGMENTS):
        fake.forget()
        fake.fault("denied", operation="Scan", segment=segment, nth=2,
                   times=1000)
        failed = media.ddbgit("dump", "--env=dev",
                              f"--segments={SEGMENTS}", status=1)
        assert "AccessDenied" in failed.err
        after = (media.snapshot("dev") / "table-data.json").read_bytes()
        assert after == before
        assert not (media.snapshot("dev") / ".ddbgit").exists()


def test_empty_pages_go_on_and_a_repeated_key_ends(media, fake):
    fake.fault("empty_page", operation="Scan", nth=2, times=3)
    media.ddbgit("dump", "--env=dev", "--segments=1")
    assert whole(media, "dev", fake.tables["media"].items)
    fake.forget()
    fake.fault("same_key", operation="Scan", nth=2, times=5)
    stuck = media.ddbgit("dump", "--env=dev", "--segments=1", status=1)
    assert "LastEvaluatedKey" in stuck.err


def test_refused_items_are_listed_and_the_rest_is_written(media, fake):
    media.ddbgit("dump", "--env=dev")
    # Refuses whatever batch or item holds this key, as the service does.
    bad = "item-017"
    fake.refuse = lambda item: item["id"]["S"] == bad
    done = media.ddbgit("restore", "--source", "backups/dynamodb/dev",
                        status=3)
    assert ("[WARNING] Failed to restore batch, continuing with next "
            "batch...\n") in done.err
    written = {item["id"]["S"] for item in fake.tables["copy"].items}
    assert written == {f"item-{n:03}" for n in range(ITEMS)} - {bad}
    lists = list((media.path / ".git" / "ddbgit").glob(
        "restore-failures-local-*.jsonl"))
    assert len(lists) == 1 and str(lists[0]) in done.err + done.out
    assert lists[0].stat().st_mode & 0o777 == 0o600
    failure, = map(json.loads, lists[0].read_text().splitlines())
    assert failure["key"] == {"id": {"S": bad}}
    assert failure["code"] == "ValidationException"
    assert set(failure) == {"key", "code", "message"}


def test_a_table_that_is_being_created_is_named(media, fake):
    fake.tables["media"].status = "CREATING"
    failed = media.ddbgit("dump", "--env=dev", status=1)
    assert "being created" in failed.err
    fake.tables["media"].status = "DELETING"
    failed = media.ddbgit("dump", "--env=dev", status=1)
    assert "being deleted" in failed.err


def test_a_new_table_is_waited_for(media, fake):
    media.ddbgit("dump", "--env=dev")
    fake.creating = 5
    media.ddbgit("restore", "--source", "backups/dynamodb/dev")
    assert len(fake.tables["copy"].items) == ITEMS


def test_a_restore_run_again_waits_for_the_table_that_it_left(media, fake):
    media.ddbgit("dump", "--env=dev")
    fake.creating = 8
    restore = ["restore", "--source", "backups/dynamodb/dev"]
    fake.fault("denied", operation="DescribeTable", nth=3, times=1000)
    failed = media.ddbgit(*restore, status=1)
    assert "waiting for the new table" in failed.err
    fake.forget()
    assert fake.tables["copy"].creating > 4
    done = media.ddbgit(*restore)
    assert "Table 'copy' is being created: waiting for it" in done.err
    assert len(fake.tables["copy"].items) == ITEMS
    asked = [request.operation for request in fake.requests]
    first_write = asked.index("BatchWriteItem")
    assert asked[:first_write].count("DescribeTable") > 4


def test_a_setting_that_cannot_be_read_keeps_its_value(media, fake):
    fake.tables["media"].time_to_live = "expires"
    media.ddbgit("dump", "--env=dev", "--commit")
    fake.time_to_live_answers = False
    done = media.ddbgit("dump", "--env=dev", "--commit")
    assert "[WARNING]" in done.err and "No changes since" in done.err
    media.ddbgit("dump", "--env=dev")
    folder = media.snapshot("dev")
    schema = json.loads((folder / "table-schema.json").read_text())
    assert schema["TimeToLiveDescription"]["AttributeName"] == "expires"
    metadata = json.loads((folder / "table-metadata.json").read_text())
    assert metadata["settingsNotRead"] == ["TimeToLiveDescription"]


def test_an_expired_token_is_refreshed_where_a_program_gives_new_ones(media,
                                                                      fake):
    program = media.path.parent / "give-credentials"
    program.write_text("""#!/bin/sh
echo run >> "$0.log"
echo '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s",
"SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}'
""")
    program.chmod(0o755)
    (media.home / ".aws").mkdir()
    (media.home / ".aws" / "config").write_text(
        f"[profile work]\ncredential_process = {program}\n")
    media.env_file("dev", AWS_PROFILE="work", AWS_REGION="us-east-1",
                   AWS_ENDPOINT_URL=fake.endpoint, DYNAMODB_TABLE="media")
    fake.fault("expired_token", operation="Scan", nth=3)
    media.ddbgit("dump", "--env=dev")
    assert whole(media, "dev", fake.tables["media"].items)
    log = program.with_name(program.name + ".log")
    assert log.read_text() == "run\nrun\n"


def test_expired_keys_of_a_file_say_where_to_renew_them(media, fake):
    fake.fault("expired_token", operation="Scan", nth=3)
    failed = media.ddbgit("dump", "--env=dev", status=1)
    assert "expired" in failed.err and "environment file" in failed.err


def test_a_clock_that_is_wrong_is_corrected(media, fake):
    fake.clock_offset = 3600
    media.ddbgit("dump", "--env=dev")
    assert whole(media, "dev", fake.tables["media"].items)


def test_an_item_that_expired_is_not_missing(media, fake):
    fake.tables["media"].time_to_live = "expires"
    fake.tables["media"].put({"id": {"S": "old"}, "expires": {"N": "1000"}})
    media.ddbgit("dump", "--env=dev")
    fake.create("copy")
    fake.drop = lambda item: "expires" in item
    done = media.ddbgit("restore", "--source", "backups/dynamodb/dev")
    assert "expired" in done.err + done.out
    assert len(fake.tables["copy"].items) == ITEMS


def test_a_verification_that_fails_says_that_all_was_written(media, fake):
    media.ddbgit("dump", "--env=dev")
    fake.create("copy")
    fake.fault("denied", operation="Scan", times=1000)
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev", status=1)
    assert "The items were written to 'copy', but not verified" in done.err
    assert "Allow dynamodb:Scan" in done.err


def test_a_restore_that_stops_says_how_far_it_came(media, fake):
    fake.create("many", [{"id": {"S": f"{n:03}"}} for n in range(200)])
    media.local(fake.endpoint, "many", env="dev")
    media.ddbgit("dump", "--env=dev")
    fake.create("copy")
    media.local(fake.endpoint, "copy")
    fake.fault("denied", operation="BatchWriteItem", nth=3, times=99)
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev", status=1)
    told = re.search(r"\[WARNING\] Written to 'copy': (\d+) of 200 items; the "
                     "restore can be run again", done.err)
    # A batch whose answer nobody waited for may have been carried out too.
    assert 0 < int(told[1]) <= len(fake.tables["copy"].items) < 200
