"""The scripted server is a judge of ddbgit, so it is judged first, by boto3."""

import time

import boto3
import botocore.config
import botocore.exceptions
import pytest

import fake_dynamodb

ITEMS = [{"id": {"S": f"key {n}"}, "text": {"S": "é" * 50}}
         for n in range(120)]


def client(server):
    return boto3.client(
        "dynamodb", endpoint_url=server.endpoint, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
        config=botocore.config.Config(retries={"max_attempts": 0},
                                      read_timeout=1))


@pytest.fixture
def server():
    with fake_dynamodb.Server() as made:
        made.create("media", ITEMS)
        made.page_items = 10
        yield made


def scan(server, segments=1):
    pages = [page for segment in range(segments)
             for page in client(server).get_paginator("scan").paginate(
                 TableName="media", Segment=segment, TotalSegments=segments)]
    return [item for page in pages for item in page["Items"]]


def put(count, first=0):
    return [{"PutRequest": {"Item": {"id": {"S": f"new {first + n}"}}}}
            for n in range(count)]


def in_order(items):
    return sorted(items, key=lambda item: item["id"]["S"])


@pytest.mark.parametrize("segments", [1, 3, 8])
def test_segments_are_disjoint_and_complete(server, segments):
    assert in_order(scan(server, segments)) == in_order(ITEMS)


def test_an_empty_page_loses_nothing(server):
    fault = server.fault("empty_page", operation="Scan", nth=3, times=2)
    assert in_order(scan(server)) == in_order(ITEMS)
    assert fault.struck == 2


@pytest.mark.parametrize("kind", sorted(
    {*fake_dynamodb.ANSWERS, *fake_dynamodb.OTHERS}
    - {"empty_page", "empty_last", "unprocessed", "slow"}))
def test_a_fault_on_the_second_page_is_noticed(server, kind):
    fault = server.fault(kind, operation="Scan", nth=2)
    with pytest.raises((botocore.exceptions.BotoCoreError,
                        botocore.exceptions.ClientError, KeyError)):
        scan(server)
    assert fault.struck == 1


@pytest.mark.parametrize("kind", ["slow", "empty_last"])
def test_what_only_takes_longer_loses_nothing(server, kind):
    fault = server.fault(kind, operation="Scan", times=100)
    assert in_order(scan(server)) == in_order(ITEMS)
    assert fault.struck > 10


def test_an_endpoint_that_died_comes_back_under_its_address(server):
    server.fault("die", seconds=0.2)
    begun = time.monotonic()
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        scan(server)
    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        scan(server)
    while time.monotonic() < begun + 10:
        try:
            assert in_order(scan(server)) == in_order(ITEMS)
            break
        except botocore.exceptions.EndpointConnectionError:
            time.sleep(0.02)
    assert time.monotonic() >= begun + 0.2


def test_unprocessed_items_are_not_in_the_ledger(server):
    server.fault("unprocessed", count=4)
    left = client(server).batch_write_item(RequestItems={"media": put(10)})
    assert len(left["UnprocessedItems"]["media"]) == 4
    assert len(server.tables["media"].items) == len(ITEMS) + 6


@pytest.mark.parametrize("kind, written", [("drop_before", 0),
                                           ("drop_after", 10)])
def test_a_dropped_write_has_happened_or_not(server, kind, written):
    server.fault(kind)
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        client(server).batch_write_item(RequestItems={"media": put(10)})
    assert len(server.tables["media"].items) == len(ITEMS) + written


def test_a_batch_of_26_fails_the_test():
    with pytest.raises(AssertionError, match="a batch of 26"):
        with fake_dynamodb.Server() as server:
            server.create("media")
            client(server).batch_write_item(RequestItems={"media": put(26)})


def test_a_key_twice_in_a_batch_fails_the_test():
    with pytest.raises(AssertionError, match="a key twice"):
        with fake_dynamodb.Server() as server:
            server.create("media")
            with pytest.raises(botocore.exceptions.ClientError):
                client(server).batch_write_item(
                    RequestItems={"media": put(1) + put(1)})


def test_what_moves_by_itself_moves(server):
    before = client(server).describe_table(TableName="media")["Table"]
    server.move()
    after = client(server).describe_table(TableName="media")["Table"]
    moved = {name for name in before if before[name] != after[name]}
    assert {"CreationDateTime", "ItemCount", "TableId",
            "WarmThroughput"} <= moved
    assert moved.isdisjoint({"KeySchema", "AttributeDefinitions"})


def test_a_new_table_is_creating_for_as_long_as_asked(server):
    server.creating = 2
    dynamodb = client(server)
    dynamodb.create_table(
        TableName="new", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id",
                               "AttributeType": "S"}])
    seen = [dynamodb.describe_table(TableName="new")["Table"]["TableStatus"]
            for _ in range(3)]
    assert seen == ["CREATING", "CREATING", "ACTIVE"]


def test_a_clock_that_is_off_refuses_the_signature(server):
    server.clock_offset = 3600
    with pytest.raises(botocore.exceptions.ClientError,
                       match="Signature expired"):
        client(server).describe_table(TableName="media")
