"""A table comes back as it was: checked by boto3, which is not ours."""

import json

import pytest

from conftest import put_items, scan_all

# Ten types, and text that parsers trip over.
VALUES = {
    "s": {"S": "plain"},
    "empty": {"S": ""},
    "escapes": {"S": "\"\\/\b\f\n\r\t\u0001\u001f\u007f"},
    "nul": {"S": "a\u0000b"},
    "unicode": {"S": "é ﬁ \u2028 😀 𝄞"},
    "n": {"N": "12345678901234567890123456789012345678"},
    "small": {"N": "-0.0000000001234"},
    "huge": {"N": "9" * 38 + "0" * 87},
    "b": {"B": bytes(range(256))},
    "no_bytes": {"B": b""},
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
    "ss": {"SS": ["b", "a", "é"]},
    "ns": {"NS": ["3", "-1", "2.5"]},
    "bs": {"BS": [b"\xff", b"\x00", b"ab"]},
    "m": {"M": {"z": {"N": "1"}, "a": {"M": {}}}},
    "l": {"L": [{"S": "x"}, {"L": []}, {"M": {"k": {"NULL": True}}}]},
}

KEYS = {
    "S": [{"S": text} for text in ("a", "A", "é", "😀", "a\u0000", "zz")],
    "N": [{"N": text} for text in ("0", "-1", "2", "10", "1.5", "-0.001",
                                   "123456789012345678901234567890")],
    "B": [{"B": data} for data in (b"\x00", b"\x00\x00", b"a", b"\xff",
                                   b"\x00\xff")],
}

INDEXES = {
    "GlobalSecondaryIndexes": [
        {"IndexName": "by-sort",
         "KeySchema": [{"AttributeName": "t", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "ALL"}}],
    "LocalSecondaryIndexes": [
        {"IndexName": "by-other",
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"},
                       {"AttributeName": "other", "KeyType": "RANGE"}],
         "Projection": {"ProjectionType": "INCLUDE",
                        "NonKeyAttributes": ["s"]}}],
}


def comparable(items):
    """Sets have no order, and neither do the items of a scan."""
    def value(typed):
        (kind, content), = typed.items()
        if kind in ("SS", "NS", "BS"):
            return {kind: sorted(content)}
        if kind == "M":
            return {kind: {k: value(v) for k, v in content.items()}}
        if kind == "L":
            return {kind: [value(v) for v in content]}
        return typed
    return sorted(repr(sorted((name, repr(value(typed)))
                              for name, typed in item.items()))
                  for item in items)


def shape(client, table):
    """What DescribeTable says of keys and indexes, without order."""
    described = client.describe_table(TableName=table)["Table"]

    def index(one):
        return (one["IndexName"], str(one["KeySchema"]),
                str(sorted(one["Projection"].items())))
    return {
        "keys": described["KeySchema"],
        "attributes": sorted(a["AttributeName"] + a["AttributeType"]
                             for a in described["AttributeDefinitions"]),
        "global": sorted(map(index, described.get(
            "GlobalSecondaryIndexes") or [])),
        "local": sorted(map(index, described.get(
            "LocalSecondaryIndexes") or [])),
    }


def table_with_everything(client, name, hash_type, sort_type="N"):
    client.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"},
                   {"AttributeName": "t", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": hash_type},
            {"AttributeName": "t", "AttributeType": sort_type},
            {"AttributeName": "other", "AttributeType": "S"}],
        **INDEXES)
    put_items(client, name, [
        {"id": key, "t": sort, "other": {"S": "o"}, **VALUES}
        for key in KEYS[hash_type] for sort in KEYS[sort_type][:3]])


@pytest.mark.smoke
@pytest.mark.parametrize("hash_type,sort_type",
                         [("S", "N"), ("N", "B"), ("B", "S")])
def test_a_tag_restores_into_a_new_table(project, emulator, aws, table_name,
                                         hash_type, sort_type):
    table_with_everything(aws, table_name, hash_type, sort_type)
    project.local(emulator.endpoint, table_name, env="dev")
    before = scan_all(aws, table_name)
    assert len(before) >= 15
    project.ddbgit("dump", "--env=dev", "--commit", "--tag=first")
    aws.put_item(TableName=table_name, Item={
        **before[0], "s": {"S": "changed"}})
    aws.delete_item(TableName=table_name,
                    Key={name: before[1][name] for name in ("id", "t")})
    project.ddbgit("dump", "--env=dev", "--commit")
    project.local(emulator.endpoint, table_name + "-new")
    project.ddbgit("restore", "--env=local", "--rev=first")
    assert comparable(scan_all(aws, table_name + "-new")) == \
        comparable(before)
    assert shape(aws, table_name + "-new") == shape(aws, table_name)
    assert project.git("fsck", "--strict") == ""


def test_between_two_emulators(project, emulator, aws, moto, moto_aws,
                               table_name):
    table_with_everything(aws, table_name, "S")
    project.local(emulator.endpoint, table_name, env="dev")
    project.local(moto.endpoint, table_name)
    project.ddbgit("dump", "--env=dev", "--commit", "--tag=first")
    project.ddbgit("restore", "--env=local", "--rev=first")
    assert comparable(scan_all(moto_aws, table_name)) == \
        comparable(scan_all(aws, table_name))
    assert shape(moto_aws, table_name) == shape(aws, table_name)
    # And back: the same data has the same digest wherever it stands.
    project.ddbgit("dump", "--env=local")
    digests = {json.loads((project.snapshot(env) / "table-metadata.json")
                          .read_text())["dataSha256"]
               for env in ("dev", "local")}
    assert len(digests) == 1


def test_unpaired_surrogates_survive(project, emulator, aws, table_name,
                                     make_table):
    make_table(table_name)
    endpoint = emulator.endpoint
    # boto3 cannot send one; the wire can.
    import http.client
    import urllib.parse
    url = urllib.parse.urlparse(endpoint)
    connection = http.client.HTTPConnection(url.hostname, url.port)
    body = ('{"TableName":"%s","Item":{"id":{"S":"k\\ud83d"},'
            '"\\udc00":{"S":"\\ud800x"}}}' % table_name)
    connection.request("POST", "/", body, {
        "X-Amz-Target": "DynamoDB_20120810.PutItem",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20250101/"
        "us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"})
    assert connection.getresponse().status == 200
    project.local(endpoint, table_name)
    project.ddbgit("dump")
    text = (project.snapshot() / "table-data.json").read_text()
    assert r'{"id":{"S":"k\ud83d"},"\udc00":{"S":"\ud800x"}}' in text
    project.ddbgit("restore", "--table", table_name + "-copy")
    project.ddbgit("dump", "--table", table_name + "-copy",
                   "--output", "copy")
    assert (project.path / "copy" / "table-data.json").read_text() == text


def test_the_order_of_keys_is_the_services(project, emulator, aws,
                                           table_name):
    """memcmp of encoded keys is Query's order of sort keys."""
    for kind in "SNB":
        name = f"{table_name}-{kind}"
        aws.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"},
                       {"AttributeName": "t", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "t", "AttributeType": kind}])
        put_items(aws, name, [{"id": {"S": "x"}, "t": key}
                              for key in KEYS[kind]])
        queried = [item["t"] for item in aws.query(
            TableName=name, KeyConditionExpression="id = :x",
            ExpressionAttributeValues={":x": {"S": "x"}})["Items"]]
        project.local(emulator.endpoint, name, env=f"k{kind.lower()}")
        project.ddbgit("dump", f"--env=k{kind.lower()}")
        import base64
        dumped = [{k: base64.b64decode(v) if k == "B" else v
                   for k, v in item["t"].items()}
                  for item in project.items(f"k{kind.lower()}")]
        assert dumped == queried
