"""What may go wrong with an answer of the scripted server: the kinds of
faults, when one strikes, and what it makes of the answer.

No network here; fake_wire.py sends what comes out.
"""

import dataclasses
import email.utils
import json
import random
import time

SKEWED_SECONDS = 3600

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
    # These two come with a Date that is an hour ahead.
    "skewed": ("InvalidSignatureException", "Signature expired: "
               "20250127T100000Z is now earlier than 20250127T105500Z", 400),
    "too_skewed": ("RequestTimeTooSkewed", "The difference between the "
                   "request time and the current time is too large.", 403),
}

# Faults of the connection or the body, and of single operations.
OTHERS = {
    "drop_before",  # the connection ends before the request is carried out
    "drop_after",  # … after it, without an answer
    "reset",  # … with a reset
    "die",  # … and the endpoint refuses all others for `seconds`
    "cut_head",  # the answer ends within its headers
    "cut_middle",  # the body ends in its middle, with its connection
    "cut_item",  # … exactly at the end of an item
    "short",  # a shorter body, valid and of its Content-Length; CRC the old
    "flip",  # one bit of the body differs
    "wrong_crc",
    "garbage",  # what is no HTTP
    "html",  # 200 and a page
    "html_error",  # 503 and a page
    "empty_error",  # 413 without a body, before it is carried out
    "slow",  # a few bytes at a time
    "stall",  # silence
    "stall_middle",  # … after half of the body
    "unprocessed",  # BatchWriteItem, BatchGetItem: all but the last count=
    "empty_page",  # Scan: no items, and more to come
    "empty_last",  # Scan: the last page's end is told by an empty one
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
    seconds: float = 0.0  # of the machine: for "die"
    seed: int = None  # where "flip" strikes; None: the middle
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
class Answer:
    """An answer as it leaves. No status: nothing leaves."""
    status: int = 0
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    send: int = None  # bytes of the body; None: all
    manner: str = "whole"  # or a kind of OTHERS that fake_wire.py knows
    seconds: float = 0.0


def http_date(offset=0):
    return email.utils.formatdate(time.time() + offset, usegmt=True)


def spoil(fault, told, answer):
    """Makes of the answer to a request that was carried out what the fault
    makes of it; told is the answer as a dictionary."""
    kind, body = fault.kind, answer.body
    if kind in ("drop_after", "reset", "die", "garbage"):
        return Answer(manner=kind, seconds=fault.seconds)
    if kind in ("cut_head", "slow", "stall", "stall_middle"):
        answer.manner = kind
    elif kind == "cut_middle":
        answer.send = len(body) // 2
    elif kind == "cut_item":
        answer.send = end_of_an_item(told)
    elif kind == "flip":
        answer.body = flipped(body, fault.seed)
    elif kind == "short":
        answer.body = shorter(told)
        answer.headers["Content-Length"] = str(len(answer.body))
    elif kind == "wrong_crc":
        wrong = int(answer.headers["x-amz-crc32"]) ^ 1
        answer.headers["x-amz-crc32"] = str(wrong)
    elif kind in ("html", "html_error"):
        page = b"<!doctype html><title>A page</title>"
        return Answer(200 if kind == "html" else 503,
                      {"Content-Type": "text/html",
                       "Content-Length": str(len(page))}, page)
    return answer


def flipped(body, seed):
    at, bit = len(body) // 2, 0
    if seed is not None:
        chance = random.Random(seed)
        at, bit = chance.randrange(len(body)), chance.randrange(8)
    return body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1:]


def end_of_an_item(answer):
    items = answer.get("Items")
    if not items:
        return 1
    half = items[:max(1, len(items) // 2)]
    told = json.dumps({"Items": half}, separators=(",", ":"))
    return len(told) - len("]}")


def shorter(answer):
    """Valid JSON of the same shape that says less."""
    if "Items" in answer:
        half = answer["Items"][:len(answer["Items"]) // 2]
        answer = {"Items": half, "Count": len(half),
                  "ScannedCount": len(half)}
    else:
        answer = {}
    return json.dumps(answer, separators=(",", ":")).encode()
