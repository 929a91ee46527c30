"""One table of the scripted server: its definition, and the ledger of items
that a run is judged by. No network here; fake_dynamodb.py serves it.

Items are kept as parsed DynamoDB JSON and served in the order of a hash over
the partition key, as the service does; a segment is a range of that hash.
"""

import base64
import bisect
import copy
import dataclasses
import decimal
import hashlib
import json

PAGE_BYTES = 1048576
HASH_SPAN = 1 << 32
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
# As many digits as a sum of DynamoDB's extremes can need.
NUMBERS = decimal.Context(prec=300)


def comparable(value):
    """{"N": "1.0"} and {"N": "1"} are one key; order is DynamoDB's."""
    (tag, text), = value.items()
    if tag == "N":
        return NUMBERS.create_decimal(text)
    if tag == "B":
        return base64.b64decode(text, validate=True)
    return text.encode("utf-8", "surrogatepass")


def partition_hash(value):
    # normalize() would keep 1E+2 and 100 apart in text: use the value's hash.
    (tag, _), = value.items()
    known = comparable(value)
    seed = repr(hash(known)) if tag == "N" else known
    seed = seed.encode() if isinstance(seed, str) else seed
    return int.from_bytes(hashlib.md5(seed).digest()[:4], "big")


@dataclasses.dataclass
class Page:
    items: list
    last_key: dict  # None: the segment's end
    units: float


@dataclasses.dataclass
class Got:
    items: list
    read: int  # keys, from the first on
    units: float


class Table:
    def __init__(self, definition):
        self.definition = copy.deepcopy(definition)
        self.name = definition["TableName"]
        self.key_names = [part["AttributeName"] for part in sorted(
            definition["KeySchema"], key=lambda part: part["KeyType"])]
        self.ledger = {}
        self.time_to_live = None
        self.creating = 0  # DescribeTable calls until it is ACTIVE
        self.filling = {}  # the same of indexes that were added
        self.status = "ACTIVE"
        self.moved = 0  # how often what moves by itself has moved
        self._order = None

    # The ledger

    def key_of(self, item):
        """The item's place in order; KeyError if a key is missing."""
        values = [item[name] for name in self.key_names]
        return (partition_hash(values[0]),
                *(comparable(value) for value in values))

    def put(self, item):
        key = self.key_of(item)
        if key not in self.ledger:
            self._order = None
        self.ledger[key] = item

    def delete(self, key_attributes):
        if self.ledger.pop(self.key_of(key_attributes), None) is not None:
            self._order = None

    @property
    def items(self):
        """All items by key: partition key, then sort key."""
        return [self.ledger[key]
                for key in sorted(self.ledger, key=lambda key: key[1:])]

    def attributes_of_key(self, item):
        return {name: item[name] for name in self.key_names}

    def get(self, keys, consistent, size):
        """What is under these keys, until the answer has `size` bytes."""
        items, read, units, total = [], 0, 0, 0
        for key in keys:
            if total >= size:
                break
            item = self.ledger.get(self.key_of(key))
            length = len(json.dumps(item)) if item else 0
            items += [item] if item else []
            units += max(1, -(-length // 4096)) / (1 if consistent else 2)
            total += length
            read += 1
        return Got(items, read, units)

    # Scan

    def page(self, request, page_items=None):
        """The page that follows the request's ExclusiveStartKey."""
        total = request.get("TotalSegments", 1)
        segment = request.get("Segment", 0)
        low = (segment * HASH_SPAN + total - 1) // total
        high = ((segment + 1) * HASH_SPAN + total - 1) // total
        order = self._ordered()
        at = bisect.bisect_left(order, (low,))
        end = bisect.bisect_left(order, (high,))
        start = request.get("ExclusiveStartKey")
        if start:
            at = bisect.bisect_right(order, self.key_of(start), lo=at)
        return self._cut(order[at:end], request, page_items)

    def _ordered(self):
        if self._order is None:
            self._order = sorted(self.ledger)
        return self._order

    def _cut(self, keys, request, page_items):
        limit = min(request.get("Limit", 1 << 60), page_items or 1 << 60)
        items, size, last_key = [], 0, None
        for key in keys:
            if len(items) == limit or size >= PAGE_BYTES:
                last_key = self.attributes_of_key(items[-1])
                break
            items.append(self.ledger[key])
            size += len(json.dumps(items[-1]))
        units = max(1, -(-size // 4096))
        if not request.get("ConsistentRead"):
            units /= 2
        return Page(items, last_key, units)

    # DescribeTable

    def describe(self):
        """As the service tells it, with all that it adds."""
        status = self.status
        if self.creating > 0:
            self.creating -= 1
            status = "CREATING"
        self.filling = {name: left - 1 for name, left in self.filling.items()
                        if left > 0}
        if self.filling:
            status = "UPDATING"
        told = {name: value for name, value in self.definition.items()
                if name not in ("BillingMode", "Tags", "TableClass",
                                "SSESpecification")}
        told.update({
            "TableStatus": status,
            "TableArn": ARN + self.name,
            "TableId": "12345678-1234-1234-1234-" + f"{self.moved:012}",
            "CreationDateTime": 1737972000.5 + self.moved,
            "ItemCount": len(self.ledger) + 7 * self.moved,
            "TableSizeBytes": 100 * len(self.ledger) + 1000 * self.moved,
            "ProvisionedThroughput": self._throughput(self.definition),
            "WarmThroughput": {"ReadUnitsPerSecond": 12000 + self.moved,
                               "WriteUnitsPerSecond": 4000,
                               "Status": "ACTIVE"},
            "DeletionProtectionEnabled": self.definition.get(
                "DeletionProtectionEnabled", False)})
        if self.definition.get("BillingMode") == "PAY_PER_REQUEST":
            told["BillingModeSummary"] = {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": 1737972000 + self.moved}
        if "StreamSpecification" in self.definition:
            told["LatestStreamLabel"] = f"2025-01-27T10:00:00.{self.moved:03}"
            told["LatestStreamArn"] = (
                ARN + self.name + "/stream/" + told["LatestStreamLabel"])
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            told[kind] = [self._index(index, kind, status)
                          for index in self.definition.get(kind, [])]
        if self.moved % 2:  # the service's order of lists varies
            for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes",
                         "AttributeDefinitions"):
                told[kind] = told[kind][::-1]
        return told

    def _throughput(self, holder):
        given = holder.get("ProvisionedThroughput") or {}
        told = {"NumberOfDecreasesToday": self.moved,
                "ReadCapacityUnits": given.get("ReadCapacityUnits", 0),
                "WriteCapacityUnits": given.get("WriteCapacityUnits", 0)}
        if self.moved:
            told["LastIncreaseDateTime"] = 1737972000 + self.moved
        return told

    def _index(self, index, kind, status):
        told = {**index,
                "IndexArn": f"{ARN}{self.name}/index/{index['IndexName']}",
                "IndexSizeBytes": 1000 * self.moved,
                "ItemCount": len(self.ledger) + self.moved}
        if kind == "GlobalSecondaryIndexes":
            told["IndexStatus"] = ("CREATING" if index["IndexName"]
                                   in self.filling else
                                   "ACTIVE" if self.filling else status)
            told["ProvisionedThroughput"] = self._throughput(index)
        return told
