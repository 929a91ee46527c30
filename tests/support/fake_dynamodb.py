"""A scripted DynamoDB with a ledger of its own, for what no emulator does:
throttling, broken answers, slow tables, all that moves by itself.

    with Server() as server:
        server.create("media", items=[...])
        server.fault("throttle", operation="Scan", nth=2)
        ...
        assert server.tables["media"].items == ...

A run is right only if ledger, snapshot and exit status agree. What a client
must never do (more than 25 requests in a batch, the same key twice in one,
an unsigned request) is kept in server.violations, and leaving the `with`
block fails on it.
"""

import calendar
import dataclasses
import json
import threading
import time
import zlib

import fake_faults
import fake_table
import fake_wire
from fake_faults import ANSWERS, OTHERS, Answer, Fault

PREFIX = "com.amazonaws.dynamodb.v20120810#"
BATCH_MAX = 25
BATCH_BYTES = 16 * 1024 * 1024
GET_MAX = 100
SKEW_SECONDS = 300


class ServiceError(Exception):
    def __init__(self, kind, message, status=400):
        super().__init__(message)
        self.kind, self.message, self.status = kind, message, status


def not_found():
    return ServiceError("ResourceNotFoundException",
                        "Requested resource not found")


@dataclasses.dataclass
class Request:
    operation: str
    body: dict
    headers: dict
    fault: str = None


class Server:
    """All attributes may be changed while it runs, under `lock`."""

    def __init__(self):
        self.lock = threading.RLock()
        self.tables = {}
        self.faults = []
        self.requests = []
        self.violations = []
        self.page_items = None  # items a page at most
        self.get_bytes = 16 * 1024 * 1024  # of an answer to BatchGetItem
        self.creating = 0  # DescribeTable calls that a new table is CREATING
        self.filling = 0  # the same of an index that is added
        self.clock_offset = None  # seconds; a number turns the check on
        self.time_to_live_answers = True
        self.refuse = None  # refuse(item): no batch with it is accepted
        self.drop = None  # drop(item): accepted, and gone at once (expiry)
        self.capacity = None  # a capacity.Meter: accounts and throttles
        self._empty_pages = {}
        self._wire = fake_wire.Wire(self)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._wire.port}"

    def __enter__(self):
        self._wire.open()
        return self

    def __exit__(self, kind, *_):
        self._wire.close()
        if kind is None:
            assert not self.violations, self.violations

    # What a test says

    def create(self, name, items=(), key=("id", "S"), sort=None, **more):
        """A table, ACTIVE at once, as its CreateTable would have it."""
        keys = [(key, "HASH")] + ([(sort, "RANGE")] if sort else [])
        table = fake_table.Table({
            "TableName": name,
            "KeySchema": [{"AttributeName": attribute[0], "KeyType": role}
                          for attribute, role in keys],
            "AttributeDefinitions": [
                {"AttributeName": attribute[0], "AttributeType": attribute[1]}
                for attribute, _ in keys],
            "BillingMode": "PAY_PER_REQUEST", **more})
        for item in items:
            table.put(item)
        with self.lock:
            self.tables[name] = table
        return table

    def fault(self, kind, **when):
        """See Fault. The kinds are those of ANSWERS and OTHERS."""
        assert kind in ANSWERS or kind in OTHERS, kind
        fault = Fault(kind, **when)
        with self.lock:
            self.faults.append(fault)
        return fault

    def move(self):
        """Lets all move that moves by itself in DescribeTable."""
        with self.lock:
            for table in self.tables.values():
                table.moved += 1

    def forget(self):
        """A new run on the same tables: no faults, no log, all awake."""
        self._wire.revive()
        with self.lock:
            self.faults.clear()
            self.requests.clear()

    def count(self, operation):
        with self.lock:
            return sum(request.operation == operation
                       for request in self.requests)

    # Operations: a body in, an answer out; the lock is held

    def describe_table(self, body):
        return {"Table": self._table(body).describe()}

    def create_table(self, body):
        name = body["TableName"]
        if name in self.tables:
            raise ServiceError("ResourceInUseException",
                               f"Table already exists: {name}")
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            if body.get(kind) == []:
                raise ServiceError("ValidationException",
                                   f"List of {kind} is empty")
        table = fake_table.Table(body)
        self.tables[name] = table
        told = {**table.describe(), "TableStatus": "CREATING"}
        table.creating = self.creating
        return {"TableDescription": told}

    def delete_table(self, body):
        table = self._table(body)
        del self.tables[body["TableName"]]
        return {"TableDescription": {**table.describe(),
                                     "TableStatus": "DELETING"}}

    def list_tables(self, body):
        start = body.get("ExclusiveStartTableName", "")
        return {"TableNames": sorted(name for name in self.tables
                                     if name > start)}

    def update_table(self, body):
        table = self._table(body)
        for update in body.get("GlobalSecondaryIndexUpdates", []):
            self._add_index(table, update["Create"], body)
        for name, value in body.items():
            if name not in ("TableName", "AttributeDefinitions",
                            "GlobalSecondaryIndexUpdates"):
                table.definition[name] = value
        return {"TableDescription": table.describe()}

    def _add_index(self, table, index, body):
        name = index["IndexName"]
        have = table.definition.setdefault("GlobalSecondaryIndexes", [])
        if any(table.filling.values()):
            raise ServiceError("LimitExceededException", "Subscriber limit "
                               "exceeded: Only 1 online index can be created "
                               "or deleted simultaneously per table")
        if any(other["IndexName"] == name for other in have):
            raise ServiceError("ValidationException", "Attempting to create "
                               "an index which already exists")
        on_demand = table.definition.get("BillingMode") == "PAY_PER_REQUEST"
        if on_demand == ("ProvisionedThroughput" in index):
            raise ServiceError("ValidationException", "One or more parameter "
                               "values were invalid: ProvisionedThroughput "
                               f"of index: {name}")
        have.append(index)
        defined = table.definition["AttributeDefinitions"]
        defined += [part for part in body["AttributeDefinitions"]
                    if part not in defined]
        table.filling[name] = self.filling

    def describe_time_to_live(self, body):
        if not self.time_to_live_answers:
            raise ServiceError(*ANSWERS["denied"])
        attribute = self._table(body).time_to_live
        if not attribute:
            return {"TimeToLiveDescription": {
                "TimeToLiveStatus": "DISABLED"}}
        return {"TimeToLiveDescription": {
            "TimeToLiveStatus": "ENABLED", "AttributeName": attribute}}

    def update_time_to_live(self, body):
        table, wanted = self._table(body), body["TimeToLiveSpecification"]
        if wanted["Enabled"] and table.time_to_live:
            raise ServiceError("ValidationException",
                               "TimeToLive is already enabled")
        table.time_to_live = (wanted["AttributeName"] if wanted["Enabled"]
                              else None)
        return {"TimeToLiveSpecification": wanted}

    def get_item(self, body):
        table = self._table(body)
        self._usable(table)
        item = table.ledger.get(table.key_of(body["Key"]))
        return {"Item": item} if item else {}

    def batch_get_item(self, body, fault=None):
        (name, asked), = body["RequestItems"].items()
        table = self._table({"TableName": name})
        self._usable(table)
        keys, left = asked["Keys"], []
        if len(keys) > GET_MAX:
            self.violations.append(f"a batch of {len(keys)} keys")
        if len({table.key_of(key) for key in keys}) < len(keys):
            self.violations.append("a key twice in one batch")
            raise ServiceError("ValidationException", "Provided list of item "
                               "keys contains duplicates")
        if fault and fault.kind == "unprocessed":
            at = max(0, len(keys) - fault.count)
            keys, left = keys[:at], keys[at:]
        got = table.get(keys, asked.get("ConsistentRead"), self.get_bytes)
        left += keys[got.read:]
        if self.capacity:
            self.capacity.read(got)
        again = {key: value for key, value in asked.items() if key != "Keys"}
        answer = {"Responses": {name: got.items}, "UnprocessedKeys": {
            name: {**again, "Keys": left}} if left else {}}
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE":
            answer["ConsumedCapacity"] = [{"TableName": name,
                                           "CapacityUnits": got.units}]
        return answer

    def scan(self, body, fault=None):
        table = self._table(body)
        self._usable(table)
        if fault and fault.kind == "empty_page":
            return self._empty_page(table, body)
        start = body.get("ExclusiveStartKey")
        real = self._empty_pages.get(json.dumps(start, sort_keys=True), start)
        page = table.page({**body, "ExclusiveStartKey": real},
                          self.page_items)
        if self.capacity:
            self.capacity.read(page)
        if fault and fault.kind == "empty_last" and not page.last_key:
            if page.items:
                page.last_key = table.attributes_of_key(page.items[-1])
        answer = {"Items": page.items, "Count": len(page.items),
                  "ScannedCount": len(page.items)}
        if fault and fault.kind == "same_key" and start:
            answer["LastEvaluatedKey"] = start
        elif page.last_key:
            answer["LastEvaluatedKey"] = page.last_key
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE":
            answer["ConsumedCapacity"] = {"TableName": table.name,
                                          "CapacityUnits": page.units}
        return answer

    def batch_write_item(self, body, fault=None):
        (name, writes), = body["RequestItems"].items()
        table = self._table({"TableName": name})
        self._usable(table)
        keys = [table.key_of(_subject(write)) for write in writes]
        if len(writes) > BATCH_MAX:
            self.violations.append(f"a batch of {len(writes)}")
        if len(set(keys)) < len(keys):
            self.violations.append("a key twice in one batch")
            raise ServiceError("ValidationException", "Provided list of item "
                               "keys contains duplicates")
        if self.refuse and any(self.refuse(_subject(write))
                               for write in writes):
            raise ServiceError(*ANSWERS["validation"])
        left = []
        if fault and fault.kind == "unprocessed":
            at = max(0, len(writes) - fault.count)
            writes, left = writes[:at], writes[at:]
        units = {"TableName": name, "CapacityUnits": float(len(writes))}
        if self.capacity:
            writes, scarce, units = self.capacity.write(table, writes)
            left += scarce
            if not writes:
                raise ServiceError(*ANSWERS["throttle"])
        for write in writes:
            if self.drop and self.drop(_subject(write)):
                continue
            if "PutRequest" in write:
                table.put(_subject(write))
            else:
                table.delete(_subject(write))
        answer = {"UnprocessedItems": {name: left} if left else {}}
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE":
            answer["ConsumedCapacity"] = [units]
        return answer

    OPERATIONS = {
        "DescribeTable": describe_table,
        "CreateTable": create_table,
        "DeleteTable": delete_table,
        "ListTables": list_tables,
        "UpdateTable": update_table,
        "DescribeTimeToLive": describe_time_to_live,
        "UpdateTimeToLive": update_time_to_live,
        "GetItem": get_item,
        "BatchGetItem": batch_get_item,
        "Scan": scan,
        "BatchWriteItem": batch_write_item,
    }

    def _table(self, body):
        try:
            return self.tables[body["TableName"]]
        except KeyError:
            raise not_found() from None

    @staticmethod
    def _usable(table):
        if table.creating or table.status not in ("ACTIVE", "UPDATING"):
            raise not_found()

    def _empty_page(self, table, body):
        """Goes on after a key that no item has, from where this request
        would have begun."""
        start = body.get("ExclusiveStartKey")
        start = self._empty_pages.get(json.dumps(start, sort_keys=True),
                                      start)
        number = len(self._empty_pages) + 1
        types = {part["AttributeName"]: part["AttributeType"]
                 for part in table.definition["AttributeDefinitions"]}
        texts = {"S": f"empty-page-{number}", "N": f"-{number}e-99",
                 "B": "AAAA" * number}
        key = {name: {types[name]: texts[types[name]]}
               for name in table.key_names}
        self._empty_pages[json.dumps(key, sort_keys=True)] = start
        return {"Items": [], "Count": 0, "ScannedCount": 0,
                "LastEvaluatedKey": key}

    # A request in, an answer out

    def answer(self, headers, raw):
        """An Answer; None: hang up."""
        with self.lock:
            return self._answer(headers, raw)

    def _answer(self, headers, raw):
        operation = headers.get("x-amz-target", ".").rsplit(".", 1)[1]
        body = json.loads(raw)
        fault = next((fault for fault in self.faults
                      if fault.strikes(operation, body)), None)
        self.requests.append(Request(operation, body, headers,
                                     fault and fault.kind))
        self._look_at(operation, headers, raw)
        kind = fault.kind if fault else None
        if kind == "drop_before":
            return None
        if kind == "empty_error":
            return Answer(413, {"Content-Length": "0"})
        try:
            self._check_clock(headers)
            if kind in ANSWERS:
                raise ServiceError(*ANSWERS[kind])
            told = self._carry_out(operation, body, fault)
            answer = self._dressed(200, told)
        except ServiceError as error:
            told, answer = {}, self._error(error, kind)
        return fake_faults.spoil(fault, told, answer) if fault else answer

    def _look_at(self, operation, headers, raw):
        if "AWS4-HMAC-SHA256" not in headers.get("authorization", ""):
            self.violations.append(f"{operation} without a signature")
        if operation == "BatchWriteItem" and len(raw) > BATCH_BYTES:
            self.violations.append(f"a batch of {len(raw)} bytes")

    def _carry_out(self, operation, body, fault):
        carry_out = self.OPERATIONS.get(operation)
        if not carry_out:
            raise ServiceError(*ANSWERS["unknown_operation"])
        if operation in ("Scan", "BatchGetItem", "BatchWriteItem"):
            return carry_out(self, body, fault)
        return carry_out(self, body)

    def _check_clock(self, headers):
        if self.clock_offset is None:
            return
        now = time.time() + self.clock_offset
        sent = calendar.timegm(time.strptime(headers["x-amz-date"],
                                             "%Y%m%dT%H%M%SZ"))
        if abs(now - sent) > SKEW_SECONDS:
            words = "expired" if sent < now else "not yet current"
            raise ServiceError("InvalidSignatureException",
                               f"Signature {words}: {headers['x-amz-date']}")

    def _dressed(self, status, told, ahead=0):
        body = json.dumps(told, separators=(",", ":")).encode()
        date = fake_faults.http_date((self.clock_offset or 0) + ahead)
        return Answer(status, {
            "Content-Type": "application/x-amz-json-1.0",
            "Content-Length": str(len(body)),
            "x-amzn-RequestId": f"REQUEST{len(self.requests):013}",
            "x-amz-crc32": str(zlib.crc32(body)), "Date": date}, body)

    def _error(self, error, kind):
        ahead = (fake_faults.SKEWED_SECONDS
                 if kind in ("skewed", "too_skewed") else 0)
        return self._dressed(error.status, {
            "__type": PREFIX + error.kind, "message": error.message}, ahead)


def _subject(write):
    """The item of a put, the key of a delete."""
    (request,) = write.values()
    return request.get("Item") or request["Key"]
