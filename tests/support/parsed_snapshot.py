"""The files of a snapshot, parsed as docs/snapshot-format.md describes them;
whatever is not as it says is Malformed."""

import dataclasses
import hashlib
import json
import re

import canonical
import chunks

STRINGS = ["tableName", "environment", "dumpDate", "awsRegion", "endpointUrl"]
OWN_STRINGS = ["toolVersion", "layout", "scanStarted", "scanFinished",
               "tableArn", "tableId", "tableCreated"]
SHA256 = re.compile("[0-9a-f]{64}")
INDEX = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"Items"\s*:\s*t')
ITEMS = re.compile(r'"Items"\s*:\s*')


class Malformed(ValueError):
    pass


def _no_constant(name):
    raise Malformed(name)


def _json(data, pairs):
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        return json.loads(text, object_pairs_hook=pairs,
                          parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


def _distinct(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise Malformed("a member twice")
    return dict(pairs)


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and \
        value >= 0


# ---- what describes ------------------------------------------------------

def _number(value):
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]+\s*", value):
        return int(value)
    if not _is_number(value):
        raise Malformed(f"{value!r} is no whole number")
    return value


def metadata(data):
    """The members that are known and not null."""
    root = _json(data, _distinct)
    if not isinstance(root, dict):
        raise Malformed("no object")
    found = {name: value for name, value in root.items() if value is not None}
    for name in ("formatVersion", "itemCount"):
        if name in found:
            found[name] = _number(found[name])
    version = found.get("formatVersion", 0)
    if version > 1:
        raise Malformed("of a later version")
    names = STRINGS + (OWN_STRINGS if version else [])
    if any(not isinstance(found.get(name, ""), str) for name in names):
        raise Malformed("not a string")
    if not version:
        return {name: found[name] for name in [
            *STRINGS, "itemCount"] if name in found}
    found["dataBytes"] = _number(found.get("dataBytes", 0))
    found["consistentRead"] = found.get("consistentRead") is True
    for name in ("dataSha256", "schemaSha256"):
        if name in found and not (isinstance(found[name], str) and
                                  SHA256.fullmatch(found[name])):
            raise Malformed("no digest")
    if not isinstance(found.get("settingsNotRead", []), list):
        raise Malformed("no list")
    return found


def definition(data):
    root = _json(data, _distinct)
    if not isinstance(root, dict) or not isinstance(root.get("Table"), dict):
        raise Malformed("no table")
    keys_of(root["Table"])
    return root


def keys_of(table):
    """[(name, type)]"""
    try:
        types = {}
        for each in table["AttributeDefinitions"]:
            types.setdefault(each.get("AttributeName"),
                             each.get("AttributeType"))
        schema = sorted(table["KeySchema"], key=lambda each: each["KeyType"])
        if [each["KeyType"] for each in schema] not in (
                ["HASH"], ["HASH", "RANGE"]):
            raise Malformed("KeySchema")
        keys = [(each["AttributeName"], types[each["AttributeName"]])
                for each in schema]
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(str(error)) from error
    if any(name == "" or kind not in ("S", "N", "B") for name, kind in keys):
        raise Malformed("a key's type")
    return keys


# ---- documents of items --------------------------------------------------

@dataclasses.dataclass
class Document:
    """lines (each with its newline) and keys are in the order of keys, of
    equal keys the last; without keys as they stand."""
    lines: list
    keys: list
    total: int
    count: int  # as stated; None: it is not
    sorted: bool

    @property
    def items(self):
        return len(self.lines)

    @property
    def bytes(self):
        return sum(map(len, self.lines))

    @property
    def digest(self):
        return digest(self.lines)


def digest(lines):
    return hashlib.sha256(b"".join(lines)).hexdigest()


LENIENT = json.JSONDecoder(object_pairs_hook=canonical.Pairs, strict=False,
                           parse_constant=_no_constant)


def _members(data):
    """Of a document. What stands beside the items is read over: its strings
    may hold whatever bytes."""
    try:
        return _json(data, canonical.Pairs)
    except Malformed:
        pass
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    try:
        root = LENIENT.decode(text)
        items = ITEMS.search(text)
        end = LENIENT.raw_decode(text, items.end())[1]
        _json(text[items.end():end].encode(
            "utf-8", "surrogateescape"), canonical.Pairs)
    except (ValueError, RecursionError, AttributeError) as error:
        raise Malformed(str(error)) from error
    return root


def _only(pairs, name):
    """The one member of that name, or None."""
    found = [value for key, value in pairs if key == name]
    if len(found) > 1:
        raise Malformed(f"a second {name}")
    return found[0] if found else None


def document(data, keys):
    root = _members(data)
    if not isinstance(root, canonical.Pairs):
        raise Malformed("no object")
    items, count = _only(root, "Items"), _only(root, "Count")
    if not isinstance(items, list) or isinstance(items, canonical.Pairs):
        raise Malformed("no list of items")
    if count is not None and not _is_number(count):
        raise Malformed("no count")
    for name, value in root:
        if name in ("LastEvaluatedKey", "NextToken") and value is not None:
            raise Malformed("the part of a table")
        if name == "Format" and str(value).startswith("ddbgit-"):
            raise Malformed("another layout")
    try:
        lines = [canonical.canonical_line(item) + b"\n" for item in items]
        encoded = [canonical.encoded_key(item, keys) if keys else b""
                   for item in items]
    except canonical.Refused as error:
        raise Malformed(str(error)) from error
    if not keys:
        return Document(lines, [], len(lines), count, True)
    last = dict(zip(encoded, lines))
    order = sorted(last)
    return Document([last[key] for key in order], order, len(lines), count,
                    order == encoded)


def spell_chunk(lines):
    return chunks.document(b'{"Items":[', lines,
                           b'],"Count":%d}\n' % len(lines))


# ---- the index of chunks -------------------------------------------------

@dataclasses.dataclass
class Entry:
    first: canonical.Pairs
    count: int
    bytes: int
    sha256: str

    def spelled(self):
        return chunks.entry(canonical.canonical_line(self.first), self.count,
                            self.bytes, self.sha256)


@dataclasses.dataclass
class Index:
    entries: list
    of_indexes: bool

    @property
    def count(self):
        return sum(entry.count for entry in self.entries)

    @property
    def bytes(self):
        return sum(entry.bytes for entry in self.entries)

    def is_spelled(self, data):
        """As ddbgit writes it; what has no spelling is for others to say."""
        try:
            lines = [entry.spelled() for entry in self.entries]
        except canonical.Refused:
            return True
        return data.replace(b"\r\n", b"\n") == chunks.index(
            lines, b"Indexes" if self.of_indexes else b"Chunks", self.count)

    def is_stated_by(self, entry):
        """Is this index file what its entry in table-data.json says?"""
        try:
            lines = [each.spelled() for each in self.entries]
            first = self.entries and self.entries[0].first
            return bool(
                not self.of_indexes and self.entries
                and (self.count, self.bytes, digest(lines)) ==
                (entry.count, entry.bytes, entry.sha256)
                and canonical.canonical_line(first) ==
                canonical.canonical_line(entry.first))
        except canonical.Refused:
            return False


def is_index(data):
    return INDEX.match(data) is not None


def name(first):
    return hashlib.sha256(first).hexdigest()[:32]


def _entry(pairs):
    if not isinstance(pairs, canonical.Pairs):
        raise Malformed("no entry")
    found = dict(pairs)
    entry = Entry(*[found.get(member) for member in (
        "first", "count", "bytes", "sha256")])
    if (not isinstance(entry.first, canonical.Pairs)
            or not _is_number(entry.count) or not entry.count
            or not _is_number(entry.bytes) or not entry.bytes
            or not isinstance(entry.sha256, str)
            or not SHA256.fullmatch(entry.sha256)):
        raise Malformed("an entry")
    return entry


def index(data):
    root = _members(data)
    if not isinstance(root, canonical.Pairs):
        raise Malformed("no object")
    count = _only(root, "Count")
    lists = {member: _only(root, member) for member in ("Chunks", "Indexes")}
    found = [(member, value) for member, value in lists.items()
             if value is not None]
    if (_only(root, "Items") is not True or len(found) != 1
            or _only(root, "Format") != "ddbgit-chunked-1"
            or not _is_number(count) or not isinstance(found[0][1], list)):
        raise Malformed("no index")
    made = Index([_entry(pairs) for pairs in found[0][1]],
                 found[0][0] == "Indexes")
    if made.count != count:
        raise Malformed("Count")
    return made
