"""What DynamoDB Local makes of an item, and what ddbgit makes of that, is
what the Python twin of the canonicaliser makes of the item as it was put.

The items are random, from a fixed seed; boto3 puts them.
"""

import decimal
import json
import random

import pytest

import canonical
from conftest import put_items

ALPHABET = ["a", "Z", "0", '"', "\\", "/", "\x00", "\x1f", "\n", "\x7f",
            "\x80", "é", "\u2028", "\ufeff", "\uffff", "😀", "𝄞"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, least=0, most=8):
        return "".join(self.random.choices(
            ALPHABET, k=self.random.randint(least, most)))

    def number(self):
        """In every spelling that the service takes."""
        digits = "".join(self.random.choices(
            "0123456789", k=self.random.randint(1, 38)))
        sign = self.random.choice(["", "-"])
        exponent = self.random.randint(-80, 80)
        return self.random.choice([
            f"{sign}{digits}",
            f"{sign}{digits}E{exponent}",
            f"{sign}{digits[0]}.{digits[1:]}e{exponent:+}",
            f"{sign}0.{digits}",
            f"{sign}{digits}.000"]) if len(digits) < 35 else sign + digits

    def data(self, least=0, most=6):
        return self.random.randbytes(self.random.randint(least, most))

    def members(self, make, same):
        """Of a set: no two of them equal."""
        found = {}
        for _ in range(self.random.randint(1, 5)):
            member = make()
            found.setdefault(same(member), member)
        return list(found.values())

    def value(self, depth=0):
        kinds = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"]
        if depth < 6:
            kinds += ["M", "L"] * 2
        kind = self.random.choice(kinds)
        return {kind: {
            "S": self.text, "N": self.number, "B": self.data,
            "BOOL": lambda: self.random.random() < 0.5,
            "NULL": lambda: True,
            "SS": lambda: self.members(self.text, str),
            "NS": lambda: self.members(self.number, decimal.Decimal),
            "BS": lambda: self.members(self.data, bytes),
            "M": lambda: {self.text(1): self.value(depth + 1)
                          for _ in range(self.random.randint(0, 4))},
            "L": lambda: [self.value(depth + 1)
                          for _ in range(self.random.randint(0, 4))],
        }[kind]()}

    def key(self, kind):
        return {kind: {"S": lambda: self.text(1, 6), "N": self.number,
                       "B": lambda: self.data(1, 4)}[kind]()}

    def item(self, keys):
        made = {self.text(1): self.value()
                for _ in range(self.random.randint(0, 6))}
        return {**made, **{name: self.key(kind) for name, kind in keys}}


def distinct(items, keys):
    """One item a key, as a table holds them."""
    return list({canonical.encoded_key(item, keys): item
                 for item in items}.values())


@pytest.mark.parametrize("kind", "SNB")
def test_dumped_lines_are_the_twins(project, emulator, aws, make_table,
                                    table_name, kind):
    keys = [("id", "S"), ("t", kind)]
    maker = Maker(f"items {kind}")
    items = distinct([maker.item(keys) for _ in range(400)], keys)
    make_table(table_name, items, sort=("t", kind))
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump")
    data = (project.snapshot() / "table-data.json").read_bytes()
    lines = [line.rstrip(b",") for line in data.split(b"\n")[1:-2]]
    items.sort(key=lambda item: canonical.encoded_key(item, keys))
    assert lines == [canonical.canonical_line(item) for item in items]
    metadata = json.loads(
        (project.snapshot() / "table-metadata.json").read_text())
    assert metadata["dataSha256"] == canonical.table_digest(items, keys)


@pytest.mark.parametrize("kind", "SNB")
def test_items_stand_in_the_order_of_query(project, emulator, aws,
                                           make_table, table_name, kind):
    keys = [("id", "S"), ("t", kind)]
    maker = Maker(f"keys {kind}")
    items = distinct([{"id": {"S": "one"}, "t": maker.key(kind)}
                      for _ in range(500)], keys)
    make_table(table_name, sort=("t", kind))
    put_items(aws, table_name, items)
    pages = aws.get_paginator("query").paginate(
        TableName=table_name, KeyConditionExpression="id = :one",
        ExpressionAttributeValues={":one": {"S": "one"}})
    queried = [canonical.canonical_line(item)
               for page in pages for item in page["Items"]]
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump")
    data = (project.snapshot() / "table-data.json").read_bytes()
    assert [line.rstrip(b",")
            for line in data.split(b"\n")[1:-2]] == queried
