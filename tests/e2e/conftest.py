"""Fixtures of the end-to-end tests; what they do is in tests/support."""

import itertools
import pathlib

import boto3
import botocore.config
import pytest

import emulator as emulators
import fake_dynamodb
import project as projects

_serial = itertools.count(1)


def pytest_collection_modifyitems(items):
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")


def client(endpoint, service="dynamodb"):
    """A boto3 client, which is what ddbgit's work is checked with."""
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
        config=botocore.config.Config(retries={"max_attempts": 0}))


@pytest.fixture(scope="session")
def emulator():
    """DynamoDB Local, one for the whole run: tables need names of their own."""
    with emulators.dynamodb_local() as server:
        yield server


@pytest.fixture(scope="session")
def moto():
    with emulators.moto() as server:
        yield server


@pytest.fixture(scope="session")
def aws(emulator):
    """boto3's client of DynamoDB Local."""
    return client(emulator.endpoint)


@pytest.fixture(scope="session")
def moto_aws(moto):
    return client(moto.endpoint)


@pytest.fixture
def table_name():
    return f"test-{next(_serial)}"


@pytest.fixture
def make_table(aws):
    """make_table(NAME, items=[...], sort=None, client=aws, **CreateTable)

    A table with the partition key `id` (S), or keys given as (name, type).
    """
    def make(name, items=(), key=("id", "S"), sort=None, client=aws, **more):
        keys = [(key, "HASH")] + ([(sort, "RANGE")] if sort else [])
        request = {
            "TableName": name,
            "KeySchema": [{"AttributeName": attribute[0], "KeyType": role}
                          for attribute, role in keys],
            "AttributeDefinitions": [
                {"AttributeName": attribute[0], "AttributeType": attribute[1]}
                for attribute, _ in keys],
            "BillingMode": "PAY_PER_REQUEST", **more}
        client.create_table(**request)
        put_items(client, name, items)
        return name
    return make


def put_items(client, table, items):
    items = list(items)
    for at in range(0, len(items), 25):
        client.batch_write_item(RequestItems={
            table: [{"PutRequest": {"Item": item}}
                    for item in items[at:at + 25]]})


def scan_all(client, table):
    """All items of a table, by boto3."""
    pages = client.get_paginator("scan").paginate(
        TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


@pytest.fixture
def project(tmp_path):
    """A Git repository with one commit and no environment file yet."""
    made = projects.Project(tmp_path / "project")
    (made.path / "README").write_text("a project\n")
    made.git("add", "README")
    made.git("commit", "-q", "-m", "Begin")
    return made


@pytest.fixture
def fake():
    """The scripted server, empty and without faults."""
    with fake_dynamodb.Server() as server:
        yield server
