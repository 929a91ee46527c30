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
import email.utils
import json
import socket
import socketserver
import sys
import threading
import time
import zlib

import fake_table

PREFIX = "com.amazonaws.dynamodb.v20120810#"
BATCH_MAX = 25
BATCH_BYTES = 16 * 1024 * 1024
SKEW_SECONDS = 300
STALL_SECONDS = 30


class ServiceError(Exception):
    def __init__(self, kind, message, status=400):
        super().__init__(message)
        self.kind, self.message, self.status = kind, message, status


def not_found():
    return ServiceError("ResourceNotFoundException",
                        "Requested resource not found")


# Faults that are an answer of the service: type, words, status.
ANSWERS = {
    "throttle": ("ProvisionedThroughputExceededException",
                 "The level of configured provisioned throughput for the "
                 "table was exceeded.", 400),
    "request_limit": ("RequestLimitExceeded",
                      "Throughput exceeds the current throughput limit for "
                      "your account.", 400),
    "throttling": ("ThrottlingException", "Rate of requests exceeds the "
                   "allowed throughput.", 400),
    "internal": ("InternalServerError", "Internal server error", 500),
    "unavailable": ("ServiceUnavailable", "Service is unavailable", 503),
    "unknown_operation": ("UnknownOperationException",
                          "An unknown operation was requested.", 400),
    "expired_token": ("ExpiredTokenException",
                      "The security token included in the request is "
                      "expired", 400),
    "denied": ("AccessDeniedException", "User: arn:aws:iam::123456789012:"
               "user/x is not authorized to perform this action", 400),
    "bad_key": ("UnrecognizedClientException",
                "The security token included in the request is invalid.",
                400),
    "limit_exceeded": ("LimitExceededException",
                       "Too many operations for a given subscriber.", 400),
    "in_use": ("ResourceInUseException",
               "Attempt to change a resource which is still in use", 400),
    "not_found": ("ResourceNotFoundException",
                  "Requested resource not found", 400),
    "validation": ("ValidationException",
                   "Item size has exceeded the maximum allowed size", 400),
}

# Faults of the connection or the body, and of single operations.
OTHERS = {
    "drop_before",  # the connection ends before the request is carried out
    "drop_after",  # … after it, without an answer
    "cut_middle",  # the body ends in its middle, with its connection
    "cut_item",  # … exactly at the end of an item
    "short",  # a shorter body, valid and of its Content-Length; CRC the old
    "flip",  # one bit differs
    "html",  # 200 and a page
    "html_error",  # 503 and a page
    "empty_error",  # 413 without a body
    "stall",  # silence
    "unprocessed",  # BatchWriteItem takes only some; count=
    "empty_page",  # Scan: no items, and more to come
    "same_key",  # Scan: LastEvaluatedKey is the request's
}


@dataclasses.dataclass
class Fault:
    """Strikes the nth to (nth + times - 1)th request that it matches."""
    kind: str
    operation: str = None  # None: any
    segment: int = None
    nth: int = 1
    times: int = 1
    count: int = 1
    seen: int = 0
    struck: int = 0

    def strikes(self, operation, body):
        if self.operation not in (None, operation):
            return False
        if self.segment is not None and body.get("Segment") != self.segment:
            return False
        self.seen += 1
        if not self.nth <= self.seen < self.nth + self.times:
            return False
        self.struck += 1
        return True


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
        self.creating = 0  # DescribeTable calls that a new table is CREATING
        self.clock_offset = None  # seconds; a number turns the check on
        self.time_to_live_answers = True
        self.refuse = None  # refuse(item): no batch with it is accepted
        self.drop = None  # drop(item): accepted, and gone at once (expiry)
        self._empty_pages = {}
        self._closing = threading.Event()
        self._connections = set()
        self._listener = _Listener(("127.0.0.1", 0), _Connection)
        self._listener.fake = self

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._listener.serve_forever, args=(0.01,),
                         daemon=True).start()
        return self

    def __exit__(self, kind, *_):
        self._closing.set()
        self._listener.shutdown()
        self._listener.server_close()
        with self.lock:
            for connection in list(self._connections):
                _close(connection)
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
        """A new run on the same tables: no faults, no log."""
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

    def update_table(self, body):
        table = self._table(body)
        for name, value in body.items():
            if name != "TableName":
                table.definition[name] = value
        return {"TableDescription": table.describe()}

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

    def scan(self, body, fault=None):
        table = self._table(body)
        self._usable(table)
        if fault and fault.kind == "empty_page":
            return self._empty_page(table, body)
        start = body.get("ExclusiveStartKey")
        real = self._empty_pages.get(json.dumps(start, sort_keys=True), start)
        page = table.page({**body, "ExclusiveStartKey": real},
                          self.page_items)
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
        for write in writes:
            if self.drop and self.drop(_subject(write)):
                continue
            if "PutRequest" in write:
                table.put(_subject(write))
            else:
                table.delete(_subject(write))
        answer = {"UnprocessedItems": {name: left} if left else {}}
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE":
            answer["ConsumedCapacity"] = [{
                "TableName": name, "CapacityUnits": float(len(writes))}]
        return answer

    OPERATIONS = {
        "DescribeTable": describe_table,
        "CreateTable": create_table,
        "UpdateTable": update_table,
        "DescribeTimeToLive": describe_time_to_live,
        "UpdateTimeToLive": update_time_to_live,
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

    # A request in, the answer's pieces out

    def answer(self, headers, raw):
        """(status, headers, body, bytes of it to send); None: hang up."""
        with self.lock:
            return self._answer(headers, raw)

    def _answer(self, headers, raw):
        operation = headers.get("x-amz-target", ".").rsplit(".", 1)[1]
        body = json.loads(raw)
        fault = next((fault for fault in self.faults
                      if fault.strikes(operation, body)), None)
        self.requests.append(Request(operation, body, headers,
                                     fault and fault.kind))
        if "AWS4-HMAC-SHA256" not in headers.get("authorization", ""):
            self.violations.append(f"{operation} without a signature")
        if operation == "BatchWriteItem" and len(raw) > BATCH_BYTES:
            self.violations.append(f"a batch of {len(raw)} bytes")
        kind = fault.kind if fault else None
        if kind == "drop_before":
            return None
        try:
            self._check_clock(headers)
            if kind in ANSWERS:
                raise ServiceError(*ANSWERS[kind])
            answer = self._carry_out(operation, body, fault)
        except ServiceError as error:
            return self._error(error)
        return self._spoil(kind, answer)

    def _carry_out(self, operation, body, fault):
        carry_out = self.OPERATIONS.get(operation)
        if not carry_out:
            raise ServiceError(*ANSWERS["unknown_operation"])
        if operation in ("Scan", "BatchWriteItem"):
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

    def _headers(self, body):
        date = time.time() + (self.clock_offset or 0)
        return {"Content-Type": "application/x-amz-json-1.0",
                "Content-Length": str(len(body)),
                "x-amzn-RequestId": f"REQUEST{len(self.requests):013}",
                "x-amz-crc32": str(zlib.crc32(body)),
                "Date": email.utils.formatdate(date, usegmt=True)}

    def _error(self, error):
        body = json.dumps({"__type": PREFIX + error.kind,
                           "message": error.message}).encode()
        return error.status, self._headers(body), body, len(body)

    def _spoil(self, kind, answer):
        """The answer of a request that was carried out, as it leaves."""
        body = json.dumps(answer, separators=(",", ":")).encode()
        headers = self._headers(body)
        send, status = len(body), 200
        if kind == "drop_after":
            return None
        if kind == "cut_middle":
            send //= 2
        elif kind == "cut_item":
            send = _end_of_an_item(answer)
        elif kind == "flip":
            at = len(body) // 2
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        elif kind == "short":
            body = _shorter(answer)
            send = len(body)
            headers["Content-Length"] = str(send)
        elif kind in ("html", "html_error"):
            status = 200 if kind == "html" else 503
            body = b"<!doctype html><title>A page</title>"
            send = len(body)
            headers = {"Content-Type": "text/html",
                       "Content-Length": str(send)}
        elif kind == "empty_error":
            status, body, send = 413, b"", 0
            headers = {"Content-Length": "0"}
        elif kind == "stall":
            send = -1
        return status, headers, body, send


def _subject(write):
    """The item of a put, the key of a delete."""
    (request,) = write.values()
    return request.get("Item") or request["Key"]


def _end_of_an_item(answer):
    items = answer.get("Items")
    if not items:
        return 1
    half = items[:max(1, len(items) // 2)]
    told = json.dumps({"Items": half}, separators=(",", ":"))
    return len(told) - len("]}")


def _shorter(answer):
    """Valid JSON of the same shape that says less."""
    if "Items" in answer:
        half = answer["Items"][:len(answer["Items"]) // 2]
        answer = {"Items": half, "Count": len(half),
                  "ScannedCount": len(half)}
    else:
        answer = {}
    return json.dumps(answer, separators=(",", ":")).encode()


def _close(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was first


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    fake = None

    def handle_error(self, request, client_address):
        """A client that hangs up is no news; anything else is a bug."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.fake.violations.append(f"the server failed: {error!r}")
            super().handle_error(request, client_address)


class _Connection(socketserver.StreamRequestHandler):
    """One connection with keep-alive."""
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self):
        fake = self.server.fake
        with fake.lock:
            fake._connections.add(self.connection)
        try:
            while self._serve_one(fake):
                pass
        finally:
            with fake.lock:
                fake._connections.discard(self.connection)

    def _serve_one(self, fake):
        if not self.rfile.readline():
            return False
        headers = {}
        while (line := self.rfile.readline().strip()):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        length = int(headers.get("content-length", 0))
        raw = self.rfile.read(length)
        if len(raw) < length:
            return False
        answer = fake.answer(headers, raw)
        return answer is not None and self._send(fake, *answer)

    def _send(self, fake, status, headers, body, send):
        if send < 0:
            fake._closing.wait(STALL_SECONDS)
            return False
        head = f"HTTP/1.1 {status} X\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(head.encode() + b"\r\n" + body[:send])
        self.wfile.flush()
        return send == len(body)
