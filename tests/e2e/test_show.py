"""`ddbgit show` tells all that a backup knows of its table."""

import pytest

KEYS = {"AttributeDefinitions": [
    {"AttributeName": name, "AttributeType": "S"}
    for name in ("id", "at", "owner", "rank")]}
GLOBAL = {"IndexName": "by-owner", "KeySchema": [
    {"AttributeName": "owner", "KeyType": "HASH"},
    {"AttributeName": "at", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"}}
LOCAL = {"IndexName": "by-rank", "KeySchema": [
    {"AttributeName": "id", "KeyType": "HASH"},
    {"AttributeName": "rank", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"}}


@pytest.fixture
def indexed(project, fake):
    fake.create("media", [{"id": {"S": f"{n}"}, "at": {"S": "now"}}
                          for n in range(3)], sort=("at", "S"), **KEYS,
                GlobalSecondaryIndexes=[GLOBAL], LocalSecondaryIndexes=[LOCAL])
    fake.tables["media"].time_to_live = "expires"
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("dump", "--env=dev", "--commit", "--tag")
    fake.tables["media"].put({"id": {"S": "new"}, "at": {"S": "now"}})
    project.ddbgit("dump", "--env=dev", "--commit")
    return project


def test_for_people(indexed):
    shown = indexed.ddbgit("show").out.splitlines()
    fields = [tuple(line.split(maxsplit=1)) for line in shown]
    assert ("table", "media") in fields
    assert ("environment", "dev") in fields
    assert ("items", "4") in fields
    assert ("index", "by-owner (global): owner (S), at (S); KEYS_ONLY") \
        in fields
    assert ("index", "by-rank (local): id (S), rank (S); ALL") in fields
    assert "time to live expires" in " ".join(" ".join(shown).split())


def test_for_programs(indexed):
    tag = indexed.git("tag")
    first, = indexed.ddbgit("show", tag, "--json").of_type("backup")
    assert first["tags"] == [tag]
    assert first["items"] == 3
    assert first["timeToLive"] == "expires"
    assert first["commit"] == indexed.git("rev-parse", f"{tag}^{{commit}}")
    assert [(index["name"], index["global"], index["projection"])
            for index in first["indexes"]] == [
                ("by-owner", True, "KEYS_ONLY"), ("by-rank", False, "ALL")]


def test_two_ways_to_choose_exclude_each_other(indexed):
    refused = indexed.ddbgit("show", "--from=dev", "--path=x", status=2)
    assert "--from and --path exclude each other" in refused.err


def test_a_revision_without_a_backup_is_named(indexed):
    failed = indexed.ddbgit("show", "HEAD~2", status=1)
    commit = indexed.git("rev-parse", "--short=7", "HEAD~2")
    assert f"[ERROR] commit {commit} holds no snapshot" in failed.err
