"""What ddbgit is measured beside: the obvious loops over boto3.

    peers.py scan ENDPOINT TABLE
    peers.py write ENDPOINT TABLE table-data.json
"""

import base64
import json
import sys

import boto3
from boto3.dynamodb.types import TypeDeserializer

ACCESS = {"region_name": "us-east-1", "aws_access_key_id": "x",
          "aws_secret_access_key": "y"}


def scan(endpoint, table):
    client = boto3.client("dynamodb", endpoint_url=endpoint, **ACCESS)
    count = 0
    for page in client.get_paginator("scan").paginate(TableName=table):
        count += len(page["Items"])
    print(count)


def python_value(value):
    """As batch_writer takes it; binary stands as base64 in the file."""
    (kind, inner), = value.items()
    if kind == "B":
        return base64.b64decode(inner)
    if kind == "L":
        return [python_value(element) for element in inner]
    if kind == "M":
        return python_item(inner)
    return TypeDeserializer().deserialize(value)


def python_item(item):
    return {name: python_value(value) for name, value in item.items()}


def write(endpoint, table, path):
    resource = boto3.resource("dynamodb", endpoint_url=endpoint, **ACCESS)
    with open(path, encoding="utf-8") as file:
        items = json.load(file)["Items"]
    with resource.Table(table).batch_writer() as batch:
        for item in items:
            batch.put_item(Item=python_item(item))


if __name__ == "__main__":
    {"scan": scan, "write": write}[sys.argv[1]](*sys.argv[2:])
