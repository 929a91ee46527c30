"""Writes drawn histories (generated.py) as commits, in the format of
docs/snapshot-format.md and without ddbgit: some as ddbgit commits, some as
people do who have only git.

    make(project, steps)

What comes out is for others to read (history_judge.py); nothing that is
known here is handed on.
"""

import base64
import copy
import dataclasses
import datetime
import hashlib
import json
import subprocess

import canonical
import chunks
import item_diff
from generated import BULK, BULK_ITEMS

BEGIN = 1_750_000_000
DAY = 86400
SCHEMAS = [[("id", "S")], [("id", "S"), ("t", "N")], [("pk", "B")]]
# UTF-8 orders the last two otherwise than UTF-16.
TEXTS = ["a", "b", "A", "ab", "é", "x\0", "", "\uff5e", "😀"]


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
    keys: int = 0
    items: dict = dataclasses.field(default_factory=dict)
    settings: dict = None
    form: str = "single"
    date: int = 0
    stated: dict = None  # metadata that was left as it was
    made: dict = None  # its files

    @property
    def name(self):
        return f"{self.environment}-t"

    @property
    def folder(self):
        return f"backups/dynamodb/{self.environment}"

    def spelled(self):
        return [{**key_of(self.keys, n), **attributes}
                for n, attributes in self.items.items()]


def iso(seconds):
    return datetime.datetime.fromtimestamp(
        seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- files ---------------------------------------------------------------

def definition(table):
    keys = SCHEMAS[table.keys]
    about = table.settings or {"indexes": [], "projection": "ALL",
                               "billing": "PAY_PER_REQUEST", "units": 1,
                               "ttl": None}
    made = {"TableName": table.name,
            "KeySchema": [{"AttributeName": name, "KeyType": role}
                          for (name, _), role in zip(keys, ("HASH", "RANGE"))],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in sorted(
                    keys + [(name[-1], "S") for name in about["indexes"]])],
            "BillingModeSummary": {"BillingMode": about["billing"]}}
    if about["billing"] == "PROVISIONED":
        made["ProvisionedThroughput"] = {
            "ReadCapacityUnits": about["units"],
            "WriteCapacityUnits": about["units"]}
    if about["indexes"]:
        made["GlobalSecondaryIndexes"] = [
            {"IndexName": name,
             "KeySchema": [{"AttributeName": name[-1], "KeyType": "HASH"}],
             "Projection": {"ProjectionType": about["projection"]}}
            for name in about["indexes"]]
    whole = {"Table": made}
    if about["ttl"]:
        whole["TimeToLiveDescription"] = {
            "AttributeName": about["ttl"], "TimeToLiveStatus": "ENABLED"}
    return whole


def pretty(value):
    return json.dumps(value, indent=4, sort_keys=True,
                      ensure_ascii=False).encode() + b"\n"


def keys_and_lines(table):
    keys = SCHEMAS[table.keys]
    items = sorted(table.spelled(),
                   key=lambda item: canonical.encoded_key(item, keys))
    return [(canonical.canonical_line(item_diff.key_of(item, keys)),
             canonical.canonical_line(item) + b"\n") for item in items]


def single(lines):
    return chunks.document(
        b'{"Items":[', lines,
        b'],"Count":%d,"ScannedCount":%d,"ConsumedCapacity":null}\n'
        % (len(lines), len(lines)))


def metadata(table, lines):
    when = iso(table.date)
    schema = json.dumps(definition(table), sort_keys=True,
                        separators=(",", ":")).encode()
    return {
        "tableName": table.name, "environment": table.environment,
        "dumpDate": when, "itemCount": len(lines), "awsRegion": "us-east-1",
        "endpointUrl": None, "formatVersion": 1, "toolVersion": "0.1.0",
        "layout": "chunked" if table.form == "chunked" else "single",
        "dataBytes": sum(map(len, lines)), "dataSha256": chunks.digest(lines),
        "schemaSha256": hashlib.sha256(schema).hexdigest(),
        "scanStarted": when, "scanFinished": when, "consistentRead": False}


def foreign(table):
    """As scripts write: unsorted, indented, an item twice (the last counts),
    next to nothing beside the data."""
    items = table.spelled()[::-1]
    if items:
        items.insert(0, {**items[-1], "old": {"N": "1.0"}})
    data = {"Items": items, "Count": len(items)}
    made = {"table-data.json": json.dumps(
        data, indent=2, default=lambda raw: base64.b64encode(raw).decode()
    ).encode(), "table-schema.json": json.dumps(definition(table)).encode()}
    if table.date % (2 * DAY):
        made["table-metadata.json"] = json.dumps({
            "tableName": table.name, "environment": table.environment,
            "dumpDate": iso(table.date),
            "itemCount": str(len(items))}).encode()
    return made


def files(table):
    """{path below the snapshot's folder: bytes}"""
    if table.form == "foreign":
        return foreign(table)
    pairs = keys_and_lines(table)
    lines = [line for _, line in pairs]
    made = (chunks.files(pairs) if table.form == "chunked"
            else {"table-data.json": single(lines)})
    if table.form != "edited" or not table.stated:
        table.stated = metadata(table, lines)
    return {**made, "table-schema.json": pretty(definition(table)),
            "table-metadata.json": pretty(table.stated),
            "dump-summary.txt": f"Table {table.name}\n".encode()}


# ---- messages ------------------------------------------------------------

def message(table, before, stated):
    """As ddbgit writes it, of a table that has just been dumped."""
    body, counts = "First backup", f"+{stated['itemCount']} ~0 -0"
    if before and before.keys != table.keys:
        body, counts = "Not comparable with what stood here", None
    elif before:
        found = [record["change"] for record in item_diff.diff_items(
            before.spelled(), table.spelled(), SCHEMAS[table.keys])]
        numbers = [found.count(kind)
                   for kind in ("added", "changed", "removed")]
        body = ("{} added, {} changed, {} removed since the last commit"
                .format(*numbers))
        counts = "+{} ~{} -{}".format(*numbers)
        if before.settings != table.settings:
            body += "; schema changed"
    trailers = [
        ("Format", 1), ("Environment", table.environment),
        ("Table", table.name), ("Region", "us-east-1"),
        ("Items", stated["itemCount"]), ("Changes", counts),
        ("Data-SHA256", stated["dataSha256"]),
        ("Dump-Date", stated["dumpDate"]), ("Path", table.folder)]
    return (f"Dump {table.name} ({table.environment})\n\n{body}\n\n"
            + "".join(f"Ddbgit-{name}: {value}\n"
                      for name, value in trailers if value is not None))


# ---- commits -------------------------------------------------------------

class Writer:
    def __init__(self):
        self.stream = []
        self.mark = 0
        self.clock = BEGIN
        self.heads = {}  # branch: (mark, {environment: Table})
        self.tags = []

    def commit(self, branch, text, changed, world, merged=None):
        """changed: {folder: {path: bytes}, or None where it goes}"""
        self.mark += 1
        said = text.encode()
        parts = [f"commit refs/heads/{branch}\nmark :{self.mark}\ncommitter "
                 f"A <a@example.com> {self.clock} +0000\n"
                 f"data {len(said)}\n".encode() + said + b"\n"]
        head = self.heads.get(branch) or self.heads.get("main")
        if head:
            parts.append(b"from :%d\n" % head[0])
        if merged:
            parts.append(b"merge :%d\n" % self.heads[merged][0])
        for folder, content in changed.items():
            parts.append(f"D {folder}\n".encode())
            for path, data in (content or {}).items():
                parts.append(f"M 100644 inline {folder}/{path}\n"
                             f"data {len(data)}\n".encode() + data + b"\n")
        self.stream += parts
        self.heads[branch] = (self.mark, world)

    def tag(self, kind):
        name = f"t{self.mark}"
        if kind == "light":
            self.stream.append(f"reset refs/tags/{name}\nfrom :{self.mark}\n\n"
                               .encode())
        elif kind:
            self.stream.append(
                f"tag {name}\nfrom :{self.mark}\ntagger A <a@example.com> "
                f"{self.clock} +0000\ndata 4\nkept\n".encode())

    def write(self, project):
        subprocess.run(["git", "fast-import", "--quiet", "--done", "--force"],
                       input=b"".join(self.stream) + b"done\n",
                       cwd=project.path, env=project.env, check=True)

    # Steps

    def take(self, step):
        self.clock += DAY
        branch = "side" if step.side and "main" in self.heads else "main"
        head = self.heads.get(branch) or self.heads.get("main") or (0, {})
        before = self.mark
        getattr(self, step.kind)(step, branch, copy.deepcopy(head[1]))
        if self.mark != before:
            self.tag(step.tag)

    def edited(self, step, world, environment):
        """The table as it becomes; its files."""
        new = environment not in world
        table = world.setdefault(environment, Table(environment))
        if step.keys is not None and step.keys != table.keys:
            table.keys, table.items = step.keys, {}
        if new and step.bulk:
            for n in range(BULK, BULK + BULK_ITEMS):
                table.items[n] = {"pad": {"S": f"{n}" * 3000}}
        for n, attributes in step.edits.items():
            table.items.pop(n, None)
            if attributes is not None:
                table.items[n] = attributes
        table.settings = step.settings or table.settings
        table.form, table.date = step.form, self.clock - 60
        table.made = files(table)
        return table, table.made

    def dump(self, step, branch, world):
        before = copy.deepcopy(world.get(step.environment))
        if step.form in ("foreign", "edited"):
            step.form = "single"
        table, made = self.edited(step, world, step.environment)
        self.commit(branch, message(table, before, table.stated),
                    {table.folder: made}, world)

    def hand(self, step, branch, world):
        table, made = self.edited(step, world, step.environment)
        self.commit(branch, "Back up by hand\n", {table.folder: made}, world)

    def both(self, step, branch, world):
        """A dump to which somebody has added another environment."""
        before = copy.deepcopy(world.get(step.environment))
        other, more = self.edited(step, world, step.target)
        if step.target == step.environment:
            return self.hand(step, branch, world)
        step.form = "single"
        table, made = self.edited(step, world, step.environment)
        return self.commit(branch, message(table, before, table.stated),
                           {table.folder: made, other.folder: more}, world)

    def rename(self, step, branch, world):
        if step.environment not in world or step.target in world:
            return
        table = world.pop(step.environment)
        gone, table.environment = table.folder, step.target
        if step.bulk:  # otherwise as git mv does: metadata names the old one
            table.made = files(table)
        world[step.target] = table
        self.commit(branch, "Call it by another name\n",
                    {gone: None, table.folder: table.made}, world)

    def remove(self, step, branch, world):
        if step.environment in world:
            gone = world.pop(step.environment)
            self.commit(branch, "Forget it\n", {gone.folder: None}, world)

    def other(self, _, branch, world):
        self.commit(branch, "Work on the rest\n",
                    {"src": {"main.c": b"%d" % self.clock},
                     "backups/notes": {"a.txt": b"%d" % self.clock}}, world)

    def merge(self, step, _, __):
        """Side into main; of each environment one of theirs, or an edit."""
        if "side" not in self.heads:
            return
        ours, theirs = self.heads["main"][1], self.heads["side"][1]
        world, changed = {}, {}
        for environment in sorted({*ours, *theirs}):
            source = theirs if len(environment) % 2 == step.bulk else ours
            folder = Table(environment).folder
            changed[folder] = None
            if environment in source:
                world[environment] = copy.deepcopy(source[environment])
                changed[folder] = world[environment].made
        if step.form == "edited" and step.environment in world:
            table, made = self.edited(step, world, step.environment)
            changed[table.folder] = made
        self.commit("main", "Merge branch 'side'\n", changed, world, "side")
        del self.heads["side"]


def make(project, steps):
    """Writes the history into the project's repository, branch main."""
    writer = Writer()
    for step in steps:
        writer.take(copy.deepcopy(step))
    writer.write(project)
