"""Snapshots as docs/snapshot-format.md describes them, written from that page
alone: by ddbgit to the byte, by ddbgit and edited since, or by the scripts
that it replaces.

    made = files(Table("prod", items={3: {"a": {"S": "x"}}}))
"""

import base64
import copy
import dataclasses
import datetime
import hashlib
import json
import re

import canonical
import chunks
import item_diff
import project as projects

DAY = 86400
SCHEMAS = [[("id", "S")], [("id", "S"), ("t", "N")], [("pk", "B")]]
# UTF-8 orders the last two otherwise than UTF-16.
TEXTS = ["a", "b", "A", "ab", "é", "x\0", "", "\uff5e", "😀"]
SETTINGS = {"indexes": [], "projection": "ALL", "billing": "PAY_PER_REQUEST",
            "units": 1, "ttl": None, "stream": None, "protected": False}
HARMFUL = re.compile(  # what a terminal acts on, or takes no room
    "[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064"
    "\u2066-\u2069\ufeff]")
MEMBERS = [  # of metadata, in their order
    "tableName", "environment", "dumpDate", "awsRegion", "endpointUrl",
    "itemCount", "formatVersion", "toolVersion", "layout", "scanStarted",
    "scanFinished", "tableArn", "tableId", "tableCreated", "dataBytes",
    "dataSha256", "schemaSha256", "consistentRead", "settingsNotRead"]
CHUNKED = {"chunked": chunks.files,
           "pieces": lambda pairs: chunks.pieces(pairs, 2)}
RESTORING = """
Files:
  table-data.json      all items, in DynamoDB JSON
  table-schema.json    keys, indexes and settings
  table-metadata.json  where and when, counts and digests
  dump-summary.txt     this file

Restore it:
  ddbgit restore --env={} --source=DIR
where DIR is the folder of this file and --env says into which environment.
"""


def key_of(schema, n):
    """The key that the number n stands for in this schema."""
    text = TEXTS[n] or "none" if n < len(TEXTS) else f"bulk-{n:03}"
    if SCHEMAS[schema][0][1] == "B":
        return {"pk": {"B": text.encode()}}
    if schema == 0:
        return {"id": {"S": text}}
    return {"id": {"S": text[:1]}, "t": {"N": str((n - 4) * 7)}}


@dataclasses.dataclass
class Table:
    environment: str
    name: str = None
    keys: int = 0
    items: dict = dataclasses.field(default_factory=dict)
    settings: dict = dataclasses.field(default_factory=dict)
    form: str = "single"
    version: str = None  # of another ddbgit
    date: int = 0
    stated: dict = None  # metadata that was left as it was
    made: dict = None  # its files

    def __post_init__(self):
        self.name = self.name or f"{self.environment}-t"

    @property
    def folder(self):
        return f"backups/dynamodb/{self.environment}"

    def spelled(self):
        return [{**key_of(self.keys, n), **attributes}
                for n, attributes in self.items.items()]

    def is_same(self, other):
        """Would a dump of both find nothing new? Throughput is nothing."""
        return (self.keys == other.keys and settings_of(self) ==
                settings_of(other) and not item_diff.diff_items(
                    other.spelled(), self.spelled(), SCHEMAS[self.keys]))


def settings_of(table):
    """What counts as settings: not the units."""
    return {name: value for name, value in definition(
        table, units=False).items() if name != "TableName"}


def iso(seconds):
    return datetime.datetime.fromtimestamp(
        seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- the schema ----------------------------------------------------------

def _index(name, about, units):
    projection = {"ProjectionType": about["projection"]}
    if about["projection"] == "INCLUDE":
        projection["NonKeyAttributes"] = ["p", "q"]
    index = {"IndexName": name, "Projection": projection,
             "KeySchema": [{"AttributeName": name[-1], "KeyType": "HASH"}]}
    return {**index, **({"ProvisionedThroughput": units} if units else {})}


def definition(table, units=True):
    """table-schema.json of a dump; without units what counts of it."""
    keys, about = SCHEMAS[table.keys], {**SETTINGS, **table.settings}
    capacity = units and about["billing"] == "PROVISIONED" and {
        name: about["units"]
        for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
    made = {"TableName": table.name,
            "KeySchema": [{"AttributeName": name, "KeyType": role}
                          for (name, _), role in zip(keys, ("HASH", "RANGE"))],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in sorted(
                    keys + [(name[-1], "S") for name in about["indexes"]])],
            "BillingModeSummary": {"BillingMode": about["billing"]},
            "DeletionProtectionEnabled": about["protected"]}
    if capacity:
        made["ProvisionedThroughput"] = capacity
    if about["indexes"]:
        made["GlobalSecondaryIndexes"] = [
            _index(name, about, capacity) for name in about["indexes"]]
    if about["stream"]:
        made["StreamSpecification"] = {"StreamEnabled": True,
                                       "StreamViewType": about["stream"]}
    whole = {"Table": made}
    if about["ttl"]:
        whole["TimeToLiveDescription"] = {
            "AttributeName": about["ttl"], "TimeToLiveStatus": "ENABLED"}
    return whole


def described(table):
    """The same as `aws dynamodb describe-table` prints it: lists in another
    order, and all that moves by itself."""
    whole = copy.deepcopy(definition(table))
    made = whole["Table"]
    made.update({
        "TableStatus": "ACTIVE", "ItemCount": table.date, "Replicas": [],
        "TableArn": "arn:aws:dynamodb:us-east-1:1:table/" + table.name,
        "CreationDateTime": table.date})
    made.setdefault("ProvisionedThroughput", {})[
        "NumberOfDecreasesToday"] = table.date % 7
    for index in made.get("GlobalSecondaryIndexes", []):
        index.update({"IndexStatus": "ACTIVE", "IndexSizeBytes": table.date})
        index["Projection"].get("NonKeyAttributes", []).reverse()
    for name in ("AttributeDefinitions", "GlobalSecondaryIndexes"):
        made.get(name, []).reverse()
    if "StreamSpecification" in made:
        made["LatestStreamLabel"] = iso(table.date)
    return whole


def schema_digest(schema):
    """schemaSha256"""
    return hashlib.sha256(json.dumps(
        schema, sort_keys=True, separators=(",", ":"),
        ensure_ascii=False).encode()).hexdigest()


# ---- how ddbgit spells ---------------------------------------------------

def spell_schema(schema):
    return json.dumps(schema, indent=4, sort_keys=True,
                      ensure_ascii=False).encode() + b"\n"


def spell_metadata(metadata):
    known = {name: metadata[name] for name in MEMBERS
             if metadata.get(name) is not None}
    return json.dumps(known, indent=4, ensure_ascii=False).encode() + b"\n"


def spell_single(lines):
    return chunks.document(
        b'{"Items":[', lines,
        b'],"Count":%d,"ScannedCount":%d,"ConsumedCapacity":null}\n'
        % (len(lines), len(lines)))


def printable(text):
    return HARMFUL.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


def _size(count):
    if count < 1000:
        return f"{count} byte{'s' * (count != 1)}"
    at, unit = 0, 1000
    while at < 5 and count >= unit * 1000 - unit // 20:
        at, unit = at + 1, unit * 1000
    return f"{count / unit:.1f} {'kMGTPE'[at]}B"


def _keys(holder):
    return ", ".join(f"{each['AttributeName']} ({each['KeyType']})"
                     for each in holder["KeySchema"])


def _summary_lines(about, schema, keys):
    for label, name in (("Table", "tableName"), ("Environment", "environment"),
                        ("Region", "awsRegion"), ("Endpoint", "endpointUrl"),
                        ("Dump date", "dumpDate")):
        yield label, about.get(name)
    if about.get("itemCount") is not None:
        yield "Items", f"{about['itemCount']:,}"
    yield "Data size", _size(about.get("dataBytes") or 0)
    yield "Key", ", ".join(f"{name} ({kind})" for name, kind in keys)
    for kind, label in (("GlobalSecondaryIndexes", "Global index"),
                        ("LocalSecondaryIndexes", "Local index")):
        for index in schema["Table"].get(kind, []):
            yield label, f"{index['IndexName']}: {_keys(index)}"
    yield "Data SHA-256", about.get("dataSha256")
    if about.get("toolVersion") is not None:
        yield "Written by", f"ddbgit {about['toolVersion']}"


def spell_summary(metadata, schema, keys):
    title = "DynamoDB Table Dump Summary"
    lines = [f"{label + ':':15}{printable(value)}\n" for label, value
             in _summary_lines(metadata, schema, keys) if value]
    environment = printable(metadata.get("environment") or "ENV")
    return (f"{title}\n{'=' * len(title)}\n\n" + "".join(lines)
            + RESTORING.format(environment)).encode()


# ---- files ---------------------------------------------------------------

def keys_and_lines(table):
    keys = SCHEMAS[table.keys]
    items = sorted(table.spelled(),
                   key=lambda item: canonical.encoded_key(item, keys))
    return [(canonical.canonical_line(item_diff.key_of(item, keys)),
             canonical.canonical_line(item) + b"\n") for item in items]


def metadata_of(table, lines):
    when = iso(table.date)
    return {
        "tableName": table.name, "environment": table.environment,
        "dumpDate": when, "itemCount": len(lines), "awsRegion": "us-east-1",
        "formatVersion": 1, "toolVersion": table.version or projects.version(),
        "layout": "chunked" if table.form in CHUNKED else "single",
        "dataBytes": sum(map(len, lines)), "dataSha256": chunks.digest(lines),
        "schemaSha256": schema_digest(definition(table)),
        "scanStarted": when, "scanFinished": when, "consistentRead": False,
        "settingsNotRead": []}


def foreign(table):
    """As scripts write: unsorted, indented, an item twice (the last counts),
    next to nothing beside the data."""
    items = table.spelled()[::-1]
    if items:
        items.insert(0, {**items[-1], "old": {"N": "1.0"}})
    data = {"Items": items, "Count": len(items)}
    made = {"table-data.json": json.dumps(
        data, indent=2, default=lambda raw: base64.b64encode(raw).decode()
    ).encode(), "table-schema.json": json.dumps(described(table)).encode()}
    if table.date % (2 * DAY):
        made["table-metadata.json"] = json.dumps({
            "tableName": table.name, "environment": table.environment,
            "dumpDate": iso(table.date),
            "itemCount": str(len(items))}).encode()
    return made


def files(table):
    """{path below the snapshot's folder: bytes}; what its metadata states of
    it is kept, for an edit that leaves that as it is."""
    if table.form == "foreign":
        return foreign(table)
    pairs, schema = keys_and_lines(table), definition(table)
    lines = [line for _, line in pairs]
    if table.form != "edited" or not table.stated:
        table.stated = metadata_of(table, lines)
    elif len(lines) % 2:  # and not where it belongs
        lines.insert(0, lines.pop())
    made = (CHUNKED[table.form](pairs) if table.form in CHUNKED
            else {"table-data.json": spell_single(lines)})
    summary = spell_summary(table.stated, schema, SCHEMAS[table.keys])
    if table.version:
        summary = summary.replace(b"this file", b"what you read")
    return {**made, "table-schema.json": spell_schema(schema),
            "table-metadata.json": spell_metadata(table.stated),
            "dump-summary.txt": summary}
