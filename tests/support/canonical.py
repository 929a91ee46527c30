"""The canonical item, its encoded key and the digest of a table, a second
time: written from docs/snapshot-format.md and not from src/item/, so that
what both agree on is what was meant. Slow and plain on purpose.

    line = canonical_line(item)         item: DynamoDB JSON, parsed
    line, used = canonical_text(data)   data: bytes that begin with an item
    key = encoded_key(item, [("id", "S"), ("time", "N")])
    table_digest(items, keys)           the hexadecimal dataSha256

An item is a dictionary as json.loads or boto3's client gives it; binary
values are base64 text or bytes. Whatever is no item raises Refused.
"""

import base64
import decimal
import hashlib
import json
import re

DEPTH_MAX = 64
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*"
                    r"(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")
ESCAPED = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n",
         "\f": "\\f", "\r": "\\r"}


class Refused(ValueError):
    """What is no DynamoDB item."""


def utf8(text):
    """UTF-8, with unpaired surrogates in their three-byte form."""
    return text.encode("utf-8", "surrogatepass")


# Strings

def _character(c):
    if c in SHORT:
        return SHORT[c]
    if c < " " or "\ud800" <= c <= "\udfff":
        return f"\\u{ord(c):04x}"
    return c


def canonical_string(text):
    if not isinstance(text, str):
        raise Refused(f"{text!r} is no string")
    if not ESCAPED.search(text):
        return '"' + text + '"'
    return '"' + "".join(map(_character, text)) + '"'


# Numbers

def _parts(text):
    """(negative, digits without zeros at the ends, exponent of the first
    digit); zero has no digits."""
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        raise Refused(f"{text!r} is no number")
    mantissa, _, exponent = text.lower().partition("e")
    negative = mantissa.startswith("-")
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    digits = whole + fraction
    significant = digits.lstrip("0")
    if not significant:
        return False, "", 0
    first = len(digits) - len(significant)
    power = len(whole) - first - 1 + int(exponent or "0")
    significant = significant.rstrip("0")
    if len(significant) > 38:
        raise Refused("more than 38 digits")
    if not -130 <= power <= 125:
        raise Refused("out of range")
    return negative, significant, power


def canonical_number(text):
    negative, digits, power = _parts(text)
    if not digits:
        return "0"
    if power < 0:
        plain = "0." + "0" * (-power - 1) + digits
    elif len(digits) <= power + 1:
        plain = digits + "0" * (power + 1 - len(digits))
    else:
        plain = digits[:power + 1] + "." + digits[power + 1:]
    return "-" + plain if negative else plain


# Binary

def decoded(value):
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if not isinstance(value, str) or not BASE64.fullmatch(value):
        raise Refused(f"{value!r} is no base64")
    text = value.rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4))


# Values

def _set(members, order, spell):
    if not isinstance(members, (list, tuple)) or not members:
        raise Refused("no set, or an empty one")
    keys = sorted(order(member) for member in members)
    if any(a == b for a, b in zip(keys, keys[1:])):
        raise Refused("a member twice")
    return "[" + ",".join(spell(m) for m in sorted(members, key=order)) + "]"


def _number_order(text):
    with decimal.localcontext(decimal.Context(prec=400)):
        return decimal.Decimal(canonical_number(text))


def _base64(value):
    return '"' + base64.b64encode(decoded(value)).decode() + '"'


def _string_order(text):
    canonical_string(text)
    return utf8(text)


def _pairs(members):
    """The members of an object read by canonical_text, or a dictionary."""
    if isinstance(members, dict):
        return list(members.items())
    if isinstance(members, Pairs):
        return members
    raise Refused("no object")


def canonical_value(value, depth=1):
    if depth > DEPTH_MAX:
        raise Refused("nested too deeply")
    pairs = _pairs(value)
    if len(pairs) != 1:
        raise Refused("not one type tag")
    tag, content = pairs[0]
    if tag == "S":
        spelled = canonical_string(content)
    elif tag == "N":
        spelled = '"' + canonical_number(content) + '"'
    elif tag == "B":
        spelled = _base64(content)
    elif tag == "M":
        spelled = _object(content, depth)
    elif tag == "L" and isinstance(content, list):
        spelled = "[" + ",".join(
            canonical_value(v, depth + 1) for v in content) + "]"
    elif tag == "SS":
        spelled = _set(content, _string_order, canonical_string)
    elif tag == "NS":
        spelled = _set(content, _number_order,
                       lambda n: '"' + canonical_number(n) + '"')
    elif tag == "BS":
        spelled = _set(content, decoded, _base64)
    elif tag == "BOOL" and isinstance(content, bool):
        spelled = "true" if content else "false"
    elif tag == "NULL" and content is True:
        spelled = "true"
    else:
        raise Refused(f"not a value of type {tag!r}")
    return f'{{"{tag}":{spelled}}}'


def _object(members, depth):
    pairs = _pairs(members)
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Refused("a name twice")
    return "{" + ",".join(
        canonical_string(name) + ":" + canonical_value(value, depth + 1)
        for name, value in sorted(pairs, key=lambda pair: utf8(pair[0]))
    ) + "}"


def canonical_line(item):
    """The canonical bytes of a parsed item, without newline."""
    return _object(item, 0).encode("utf-8")


class Pairs(list):
    """The members of a JSON object, duplicates kept."""


def parse_text(data):
    """(item, bytes read) of bytes that begin with an item."""
    try:
        # What follows the item may be cut inside a character or be no text.
        text = data.decode("utf-8", "surrogateescape")
        decoder = json.JSONDecoder(object_pairs_hook=Pairs, strict=True)
        begin = len(text) - len(text.lstrip(" \t\r\n"))
        item, end = decoder.raw_decode(text, begin)
    except (ValueError, RecursionError) as error:
        raise Refused(str(error)) from error
    read = text[:end]
    if any("\udc80" <= c <= "\udcff" for c in read):
        raise Refused("invalid UTF-8")
    return item, len(read.encode("utf-8"))


def canonical_text(data):
    item, used = parse_text(data)
    return canonical_line(item), used


# Keys and tables

def encoded_part(kind, value):
    """One part of a key: bytes that order as DynamoDB orders the values."""
    if kind == "N":
        negative, digits, power = _parts(value)
        if not digits:
            return b"\x02"
        digits += "0" * (len(digits) % 2)
        body = bytes([power + 130]) + bytes(
            int(digits[i:i + 2]) + 1 for i in range(0, len(digits), 2)
        ) + b"\x00"
        if negative:
            return b"\x01" + bytes(255 - byte for byte in body)
        return b"\x03" + body
    raw = decoded(value) if kind == "B" else utf8(value)
    return raw.replace(b"\x00", b"\x00\xff") + b"\x00\x00"


def encoded_key(item, keys):
    members = dict(_pairs(item))
    key = b""
    for name, kind in keys:
        if name not in members:
            raise Refused(f"no key attribute {name!r}")
        (tag, content), = _pairs(members[name])
        if tag != kind:
            raise Refused(f"key attribute {name!r} is of type {tag}")
        key += encoded_part(kind, content)
    return key


def table_digest(items, keys):
    """SHA-256 over the canonical lines, each with its newline, by key."""
    digest = hashlib.sha256()
    for item in sorted(items, key=lambda item: encoded_key(item, keys)):
        digest.update(canonical_line(item) + b"\n")
    return digest.hexdigest()
