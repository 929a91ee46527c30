"""table-schema.json as docs/snapshot-format.md and docs/json.md describe it,
and not from src/: what of it counts, and what differs between two."""

import re

NO_SETTINGS = {"ReadCapacityUnits", "WriteCapacityUnits", "TableName"}
MOVING = re.compile(
    r"DateTime$|(?<!^KMSMasterKey)Arn$|^LatestStream|^(Backfilling|"
    r"IndexSizeBytes|ItemCount|NumberOfDecreasesToday|"
    r"ReplicaStatusDescription|ReplicaStatusPercentProgress|RestoreSummary|"
    r"RevisionId|TableId|TableSizeBytes|WarmThroughput)$")
UNORDERED = {  # lists whose order means nothing, and what orders them
    "AttributeDefinitions": "AttributeName", "KeySchema": "KeyType",
    "GlobalSecondaryIndexes": "IndexName", "NonKeyAttributes": None,
    "LocalSecondaryIndexes": "IndexName", "Replicas": "RegionName",
    "GlobalTableWitnesses": "RegionName"}


def normal(node, in_table=False):
    """A definition without what moves by itself, lists in one order, and
    without empty lists and what held nothing else."""
    if isinstance(node, list):
        return [normal(each, in_table) for each in node]
    if not isinstance(node, dict):
        return node
    made = {}
    for name, value in node.items():
        if MOVING.search(name) or in_table and name.endswith("Status"):
            continue
        below = normal(value, in_table or name == "Table")
        if below == [] or below == {} != value:
            continue
        if name in UNORDERED and isinstance(below, list):
            by = UNORDERED[name]
            below.sort(key=lambda each, by=by: each[by] if by else each)
        made[name] = below
    return made


def _named(node):
    """{name: element} of a list whose elements go by names, else None."""
    if not isinstance(node, list):
        return None
    names = [each.get("IndexName", each.get("AttributeName"))
             if isinstance(each, dict) else None for each in node]
    if None in names or len(set(names)) < len(names):
        return None
    return dict(zip(names, node))


def _diff_nodes(path, a, b):
    if a == b:
        return []
    if _named(a) is not None and _named(b) is not None:
        a, b = _named(a), _named(b)
    if not isinstance(a, dict) or not isinstance(b, dict):
        return [{"type": "setting", "path": path, "before": a, "after": b}]
    out = []
    for name in sorted({*a, *b} - NO_SETTINGS):
        out += _diff_nodes(path + [name], a.get(name), b.get(name))
    return out


def diff(before, after):
    """The "setting" records, in no order."""
    return _diff_nodes([], normal(before), normal(after))
