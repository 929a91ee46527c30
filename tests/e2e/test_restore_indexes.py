"""Restores with --indexes=after: into a table that is there, interrupted, and
where the service refuses an index."""

import signal
import subprocess
import time

import pytest

import project as projects

ITEMS = [{"id": {"S": f"k{n:02}"}, "n": {"N": str(n)}, "t": {"S": "x"}}
         for n in range(30)]
LOCAL = {"LocalSecondaryIndexes": [
    {"IndexName": "by-t", "Projection": {"ProjectionType": "ALL"},
     "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"},
                   {"AttributeName": "t", "KeyType": "RANGE"}]}]}
UNITS = {"ReadCapacityUnits": 500, "WriteCapacityUnits": 400}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}


def index(name, attribute="n", **more):
    return {"IndexName": name, "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
            **more}


def indexed(*indexes, **more):
    """What CreateTable is told of a table with these global indexes."""
    kinds = {"id": "S", "n": "N", "t": "S"}
    used = {part["AttributeName"] for one in indexes
            for part in one["KeySchema"]} | {"id"}
    if "LocalSecondaryIndexes" in more:
        used.add("t")
    return {"AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kinds[name]}
        for name in sorted(used)],
        **({"GlobalSecondaryIndexes": list(indexes)} if indexes else {}),
        **more}


def summary(result):
    return result.of_type("summary")[0]


@pytest.fixture
def media(project, fake):
    """A snapshot of `dev`, with two global indexes and a local one."""
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    fake.create("media", ITEMS, **indexed(index("by-n"), index("by-t2", "t"),
                                          **LOCAL))
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("dump", "--env=dev")
    project.local(fake.endpoint, "copy")
    return project


def restore(project, *more, **keywords):
    return project.ddbgit("restore", "--source=backups/dynamodb/dev",
                          "--indexes=after", "--json", *more, **keywords)


def of(fake, table="copy"):
    """Names of the table's global indexes, and their statuses."""
    told = fake.tables[table].describe()
    return {one["IndexName"]: one["IndexStatus"]
            for one in told["GlobalSecondaryIndexes"]}


def operations(fake):
    return [request.operation for request in fake.requests
            if request.operation in ("CreateTable", "BatchWriteItem",
                                     "UpdateTable")]


BOTH = {"by-n": "ACTIVE", "by-t2": "ACTIVE"}


def test_local_indexes_come_with_the_table_and_global_ones_last(media, fake):
    fake.filling = 3
    fake.requests.clear()
    done = restore(media)
    assert summary(done)["indexesToAdd"] == summary(done)["indexesAdded"] == 2
    assert of(fake) == BOTH and "Added 2 indexes to 'copy'" in done.err
    assert operations(fake) == ["CreateTable", "BatchWriteItem",
                                "BatchWriteItem", "UpdateTable",
                                "UpdateTable"]
    assert summary(done)["creation"] == "key id (S); on demand; index by-t"
    created = fake.requests[1].body
    assert "GlobalSecondaryIndexes" not in created
    assert created["LocalSecondaryIndexes"][0]["IndexName"] == "by-t"


def test_what_the_table_has_is_said_and_left(media, fake):
    fake.create("copy", **indexed(index("by-n", "t")))
    done = restore(media, "--dry-run")
    assert "Index 'by-n' exists with other keys" in done.err
    assert "Index 'by-t2' is to be added" in done.err
    assert "lacks the local index 'by-t', which can only be made" in done.err
    assert summary(done)["indexesToAdd"] == 1
    done = restore(media)
    assert summary(done)["indexesAdded"] == 1 and of(fake) == BOTH
    kept = fake.tables["copy"].definition["GlobalSecondaryIndexes"][0]
    assert kept["KeySchema"][0]["AttributeName"] == "t"
    done = restore(media, "--changed-only")
    assert "Index 'by-t2' exists: items that do not fit its key are refused" \
        in done.err
    assert summary(done)["indexesToAdd"] == 0


@pytest.mark.parametrize("snapshot, table, units", [
    ({}, PROVISIONED, UNITS), (PROVISIONED, {}, None),
    (PROVISIONED, PROVISIONED, UNITS)], ids=["to-provisioned", "to-on-demand",
                                             "both-provisioned"])
@pytest.mark.parametrize("env", ["dev", "local"])
def test_an_index_takes_the_billing_of_the_table(media, fake, snapshot, table,
                                                 units, env):
    own = {"ProvisionedThroughput": {"ReadCapacityUnits": 7,
                                     "WriteCapacityUnits": 8}}
    fake.create("media", ITEMS, **indexed(
        index("by-n", **(own if snapshot else {}))), **snapshot)
    media.ddbgit("dump", "--env=dev")
    fake.create("copy" if env == "local" else "media", **indexed(), **table)
    restore(media, f"--env={env}")
    name = "copy" if env == "local" else "media"
    made, = fake.tables[name].definition["GlobalSecondaryIndexes"]
    if units and snapshot and env == "dev":
        units = own["ProvisionedThroughput"]
    assert made.get("ProvisionedThroughput") == units


def test_a_refused_index_stops_neither_the_others_nor_the_rest(media, fake):
    fault = fake.fault("validation", operation="UpdateTable", nth=1)
    done = restore(media, status=3)
    assert fault.struck == 1
    assert "cannot add index 'by-n'" in done.err
    assert "added: 1 of 2 indexes; the items are in the table" in done.err
    assert summary(done)["indexesAdded"] == 1
    assert summary(done)["verification"]["equal"] == 30
    assert of(fake) == {"by-t2": "ACTIVE"}
    done = restore(media, "--changed-only")
    assert (summary(done)["written"], summary(done)["indexesAdded"]) == (0, 1)
    assert of(fake) == BOTH


def test_who_may_not_update_is_told(media, fake):
    fake.fault("denied", operation="UpdateTable", times=1000)
    done = restore(media, status=3)
    assert "AccessDeniedException" in done.err
    assert "added: 0 of 2 indexes" in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ends_while_an_index_is_filled_goes_on(media, fake, number):
    fake.filling = 10**6
    process = subprocess.Popen(
        [projects.binary(), "restore", "--source=backups/dynamodb/dev",
         "--indexes=after"], cwd=media.path, env=media.env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + projects.SECONDS
    while fake.count("UpdateTable") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    process.wait(projects.SECONDS)
    assert of(fake) == {"by-n": "CREATING"}
    fake.filling = 2
    fake.tables["copy"].filling["by-n"] = 5
    fake.requests.clear()
    done = restore(media, "--changed-only")
    assert "Waiting until the indexes of table 'copy' are filled" in done.err
    assert of(fake) == BOTH and summary(done)["written"] == 0
    # No attempt in vain in between, which would wait for nothing.
    assert operations(fake) == ["UpdateTable"]


def test_the_last_index_is_waited_for_where_nothing_is_left_to_do(media, fake):
    restore(media)
    fake.tables["copy"].filling["by-n"] = 4
    done = restore(media, "--changed-only")
    assert "Waiting until the indexes" in done.err
    assert of(fake) == BOTH


def test_without_a_schema_no_index_is_known(media, fake):
    (media.snapshot("dev") / "table-schema.json").unlink()
    fake.create("copy")
    done = restore(media)
    assert "which indexes to add is not known" in done.err
    assert of(fake) == {}


# What else follows the items

def test_what_an_interrupted_run_has_not_set_is_said(media, fake):
    """It would not be set by the next run, which finds a table."""
    fake.tables["media"].time_to_live = "end"
    fake.tables["media"].definition["DeletionProtectionEnabled"] = True
    media.ddbgit("dump", "--env=dev")
    del fake.tables["media"]
    fault = fake.fault("denied", operation="BatchWriteItem", times=1000)
    done = restore(media, "--env=dev", status=1)
    assert "has not got its time to live on end and deletion protection yet" \
        in " ".join(done.err.split())
    assert fault.struck and not fake.tables["media"].time_to_live
    # In another environment they are no part of it.
    done = restore(media, status=1)
    assert "has not got" not in done.err
    fake.faults.clear()
    del fake.tables["media"]
    done = restore(media, "--env=dev")
    assert fake.tables["media"].time_to_live == "end"
    assert "has not got" not in done.err
