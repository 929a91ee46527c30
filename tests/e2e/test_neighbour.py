"""A run beside other users of the table: what it consumes, in accounted units
and in the time of the test's clock, and what it does where the service
throttles. The same on a model of the service, without a machine's hiccups, is
in tests/unit/dynamodb/test_capacity.c."""

import json
import re

import pytest

import capacity

SPEED = 5
FAST = {"DDBGIT_TEST_CLOCK": "2000"}
INDEX = {"IndexName": "by-g",
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "ALL"}}


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def provisioned(read, write, index_write=None):
    more = {"BillingMode": "PROVISIONED",
            "ProvisionedThroughput": units(read, write)}
    if index_write:
        more["GlobalSecondaryIndexes"] = [
            {**INDEX, "ProvisionedThroughput": units(read, index_write)}]
    return more


def items(count, size=700, **more):
    return [{"id": {"S": f"item-{n:05}"}, "text": {"S": "x" * size}, **more}
            for n in range(count)]


@pytest.fixture
def media(project, fake):
    project.env["DDBGIT_TEST_CLOCK"] = str(SPEED)
    fake.capacity = capacity.Meter(SPEED)
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "copy")
    return project


def dump(project, fake, held, key=("id", "S"), sort=None, layout="single"):
    """A snapshot of these items in `dev`."""
    fake.create("media", held, key=key, sort=sort)
    project.ddbgit("dump", "--env=dev", f"--layout={layout}", env=FAST)
    fake.capacity.reads.clear()


def test_a_dump_consumes_half_of_the_reads(media, fake):
    fake.create("media", items(350, size=3000), **provisioned(20, 5))
    done = media.ddbgit("dump", "--env=dev", "--segments=4")
    assert "Reading at most 10 of the 20 provisioned units" in done.err
    log = fake.capacity.reads
    assert capacity.busiest(log) <= capacity.allowed(log, 10)
    # Not by doing little: it takes 13 s of units, and the limit shows.
    assert len(media.items("dev")) == 350
    assert log[-1][0] - log[0][0] > 8


@pytest.mark.parametrize("consistent", [False, True])
def test_a_table_of_one_unit_is_read_by_what_a_page_costs_at_least(
        media, fake, consistent):
    """Half a second of its rate buys less than a page can cost."""
    fake.create("media", items(600, size=100), **provisioned(1, 1))
    more = ["--consistent"] if consistent else []
    media.ddbgit("dump", "--env=dev", *more, env=FAST)
    costs = [cost for _, cost in fake.capacity.reads]
    size = sum(len(json.dumps(item))
               for item in fake.tables["media"].ledger.values())
    assert sum(costs) < 2.5 * (size / 4096) * (1 if consistent else 0.5)


def test_progress_is_told_by_items(media, fake):
    """DescribeTable's bytes are others than those that are counted."""
    fake.create("media", items(900, size=1500), **provisioned(20, 5))
    done = media.terminal("dump", "--env=dev")
    told = re.findall(r"Reading: (\d+) items, [^\r]*, (\d+) %", done.out)
    assert told
    for count, share in told:
        assert int(share) == pytest.approx(int(count) / 9, abs=1)


def test_consistent_reads_cost_twice_and_say_so(media, fake):
    fake.create("media", items(60, size=3000))
    media.ddbgit("dump", "--env=dev", env=FAST)
    plain = sum(cost for _, cost in fake.capacity.reads)
    fake.capacity.reads.clear()
    done = media.ddbgit("dump", "--env=dev", "--consistent", env=FAST)
    assert sum(cost for _, cost in fake.capacity.reads) == 2 * plain
    assert "twice as much" in done.err


def test_a_restore_stays_under_the_limit_of_table_and_index(media, fake):
    dump(media, fake, items(700, g={"S": "x"}))
    fake.create("copy", **provisioned(1000, 400, index_write=100))
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev")
    assert "Writing at most 200 of the 400 provisioned units" in done.err
    log = fake.capacity.index["by-g"]
    assert capacity.busiest(log) <= capacity.allowed(log, 50)
    assert sum(cost for _, cost in log) == 700
    assert log[-1][0] - log[0][0] > 10
    assert fake.tables["copy"].items == fake.tables["media"].items


def test_an_index_slower_than_told_loses_nothing(media, fake):
    """The client asks for 400 a second and gets 100."""
    dump(media, fake, items(1000, g={"S": "x"}))
    fake.create("copy", **provisioned(1000, 400, index_write=400))
    fake.capacity.limit(index={"by-g": 100})
    media.ddbgit("restore", "--source=backups/dynamodb/dev",
                 "--max-wcu=100%", "--verify=none")
    assert fake.tables["copy"].items == fake.tables["media"].items
    assert fake.capacity.sent < 5 * 1000


@pytest.mark.parametrize("layout", ["single", "chunked"])
def test_an_item_collection_is_written_beside_the_rest(media, fake, layout):
    held = [{"p": {"S": "hot" if n < 800 else f"cold-{n}"},
             "s": {"N": str(n)}, "text": {"S": "x" * 700}}
            for n in range(1000)]
    dump(media, fake, held, key=("p", "S"), sort=("s", "N"), layout=layout)
    fake.create("copy", key=("p", "S"), sort=("s", "N"))
    fake.capacity.limit(partition=100)
    media.ddbgit("restore", "--source=backups/dynamodb/dev",
                 "--verify=none")
    assert fake.tables["copy"].items == fake.tables["media"].items
    assert fake.capacity.sent < 5 * 1000
    # "hot" comes last in the order of keys, and in the first batches.
    first = [request.body for request in fake.requests
             if request.operation == "BatchWriteItem"][:3]
    for body in first:
        assert '"hot"' in json.dumps(body) and '"cold-' in json.dumps(body)


def test_bursts_of_unprocessed_items_are_all_written(media, fake):
    dump(media, fake, items(600, size=50))
    fake.create("copy")
    for nth in range(2, 40, 6):
        fake.fault("unprocessed", operation="BatchWriteItem", nth=nth,
                   times=3, count=20)
    # Five minutes of patience must outlast a machine that is busy.
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev",
                        env={"DDBGIT_TEST_CLOCK": "100"})
    assert fake.tables["copy"].items == fake.tables["media"].items
    assert re.search(r"written +600\b", done.out)


def test_refused_items_among_many_are_listed_each(media, fake):
    dump(media, fake, items(900, size=50))
    fake.create("copy")
    bad = {f"item-{n:05}" for n in range(0, 900, 31)}
    fake.refuse = lambda item: item["id"]["S"] in bad
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev", env=FAST,
                        status=3)
    (listed,) = (media.path / ".git" / "ddbgit").glob("restore-failures-*")
    told = [json.loads(line) for line in listed.read_text().splitlines()]
    assert {line["key"]["id"]["S"] for line in told} == bad
    assert len(told) == len(bad)
    assert str(listed.name) in done.out + done.err
    assert ({item["id"]["S"] for item in fake.tables["copy"].items}
            == {item["id"]["S"] for item in items(900)} - bad)


@pytest.mark.parametrize("limit", ["--max-wcu=0", "--max-rcu=x",
                                   "--max-wcu=50%"])
def test_a_limit_that_means_nothing_is_an_error_before_all(media, fake,
                                                            limit):
    dump(media, fake, items(3))
    fake.create("copy")  # on demand
    media.ddbgit("restore", "--source=backups/dynamodb/dev", limit, env=FAST,
                 status=2)
    assert fake.count("BatchWriteItem") == 0
