"""Capacity as DynamoDB accounts it, for the scripted server.

    fake.capacity = capacity.Meter(speed=5)
    fake.capacity.limit(table=100, index={"by-g": 20}, partition=50)

A Scan costs a unit for each 4 KB begun of its page, half of that unless it is
consistent. A put costs a unit for each KB begun of its item, and as much again
in each global index whose keys the item has. Table, indexes and partitions
(one a partition key) throttle where limits are set, with a burst of a second;
a put that any of them refuses comes back. Time is the machine's monotonic
clock `speed` times as fast: DDBGIT_TEST_CLOCK of the same speed.
"""

import collections
import json
import time

READ_UNIT = 4096
WRITE_UNIT = 1024
BURST_SECONDS = 1
WINDOW_SECONDS = 10


class Bucket:
    def __init__(self, rate, now):
        self.rate, self.filled = rate, now
        self.balance = rate * BURST_SECONDS

    def has_some(self, now):
        self.balance = min(self.rate * BURST_SECONDS, self.balance
                           + (now - self.filled) * self.rate)
        self.filled = now
        return self.balance > 0


class Meter:
    """reads, writes and index[NAME] are lists of (second, units), one for each
    request that cost something."""

    def __init__(self, speed):
        self.speed = speed
        self.reads, self.writes = [], []
        self.index = collections.defaultdict(list)
        self.sent = 0  # writes
        self._limits, self._buckets = {}, {}

    def limit(self, table=None, index=None, partition=None):
        """Units a second of writes."""
        self._limits = {"table": table, "partition": partition,
                        **{("index", name): rate
                           for name, rate in (index or {}).items()}}

    def read(self, page):
        self.reads.append((self._now(), page.units))

    def write(self, table, writes):
        """Those that are taken, those that are not, and ConsumedCapacity as
        ReturnConsumedCapacity=INDEXES tells it."""
        now, taken, left = self._now(), [], []
        units = collections.Counter()
        for write in writes:
            (request,) = write.values()
            item = request.get("Item") or request["Key"]
            cost = -(-_size(item) // WRITE_UNIT)
            names = _touched(table, item)
            buckets = [self._bucket(name, now) for name in names]
            if not all([bucket is None or bucket.has_some(now)
                        for bucket in buckets]):
                left.append(write)
                continue
            taken.append(write)
            for name, bucket in zip(names, buckets):
                units[name] += cost
                if bucket:
                    bucket.balance -= cost
        self.sent += len(writes)
        return taken, left, self._account(table, now, units)

    def _account(self, table, now, units):
        indexes = {name[1]: {"CapacityUnits": float(cost)}
                   for name, cost in units.items() if name[0] == "index"}
        if units["table"]:
            self.writes.append((now, units["table"]))
        for name, told in indexes.items():
            self.index[name].append((now, told["CapacityUnits"]))
        told = {"TableName": table.name,
                "CapacityUnits": float(units["table"] + sum(
                    index["CapacityUnits"] for index in indexes.values())),
                "Table": {"CapacityUnits": float(units["table"])}}
        if indexes:
            told["GlobalSecondaryIndexes"] = indexes
        return told

    def _bucket(self, name, now):
        rate = self._limits.get("partition" if name[0] == "partition"
                                else name)
        if not rate:
            return None
        if name not in self._buckets:
            self._buckets[name] = Bucket(rate, now)
        return self._buckets[name]

    def _now(self):
        return time.monotonic() * self.speed


def _touched(table, item):
    """Where a put of the item costs something."""
    indexes = [("index", index["IndexName"]) for index in
               table.definition.get("GlobalSecondaryIndexes", [])
               if all(part["AttributeName"] in item
                      for part in index["KeySchema"])]
    partition = json.dumps(item[table.key_names[0]])
    return ["table", ("partition", partition), *indexes]


def _size(item):
    """Names and values, roughly as DynamoDB counts them."""
    return sum(len(name) + len(json.dumps(value)) - len('{"S": ""}')
               for name, value in item.items())


def busiest(log):
    """The most units in any ten seconds that begin with a request."""
    most = total = 0
    first = 0
    for second, units in log:
        total += units
        while second - log[first][0] >= WINDOW_SECONDS:
            total -= log[first][1]
            first += 1
        most = max(most, total)
    return most


def allowed(log, rate):
    """Ten seconds of the rate, 5 %, and the dearest request."""
    return rate * WINDOW_SECONDS * 1.05 + max(units for _, units in log)
