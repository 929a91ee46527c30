"""A dry run counts what the real run then does, whatever is combined: over
drawn tables, snapshots and options both are held to what Python computes, to
the requests on the wire, and to the table in the end."""

import json
import os

from hypothesis import HealthCheck, given, settings, strategies as st

import fake_dynamodb
import project as projects

EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "15")) * 2
WRITES = {"BatchWriteItem", "CreateTable", "UpdateTable", "DeleteTable",
          "UpdateTimeToLive"}

INDEX = {"IndexName": "by-v", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}]}
INDEXED = {"GlobalSecondaryIndexes": [INDEX], "AttributeDefinitions": [
    {"AttributeName": "id", "AttributeType": "S"},
    {"AttributeName": "v", "AttributeType": "N"}]}

IDS = st.integers(0, 9)
VALUES = st.integers(0, 2)
ITEMS = st.dictionaries(IDS, VALUES)


def item(number, value):
    return {"id": {"S": f"k{number}"}, "v": {"N": str(value)}}


def items(of):
    return [item(*pair) for pair in of.items()]


def ledger(table):
    """The table as ITEMS draws one."""
    return {int(one["id"]["S"][1:]): int(one["v"]["N"])
            for one in table.items}


def edited(scene):
    """The table began as the snapshot."""
    live = dict(scene["snapshot"])
    for number, value in (scene["edits"] or {}).items():
        live.pop(number, None)
        if value is not None:
            live[number] = value
    return {**scene, "live": None if scene["edits"] is None else live}


# Which part, how: what combines, mostly.
PARTS = ["", "", "changed_only", "changed_only", "mirror", "mirror",
         "mirror changed_only", "keys", "keys", "keys changed_only", "data",
         "data mirror", "data keys", "data changed_only", "schema",
         "keys mirror", "schema mirror"]

SCENES = st.fixed_dictionaries({
    "snapshot": ITEMS,
    "edits": st.one_of(st.none(), *[st.dictionaries(
        IDS, st.one_of(st.none(), VALUES))] * 4),
    "indexed": st.booleans(),  # the table that is there
    "kind": st.sampled_from(["single", "chunked", "foreign", "bare",
                             "edited"]),
    # Of a foreign dump: items whose key comes again; the last counts.
    "again": st.lists(st.tuples(IDS, VALUES), max_size=3),
    "part": st.sampled_from(PARTS).map(str.split),
    "keys": st.lists(IDS, max_size=5),
    "in_a_file": st.booleans(),
    "indexes": st.sampled_from(["now", "now", "after"]),
    "accept_edited": st.integers(0, 3).map(bool),
    "beside": st.booleans(),  # --table=NAME
    "backup": st.booleans(),
}).map(edited)


class Restore:
    """A drawn scene: its snapshot and table made, and what is to come."""

    def __init__(self, project, fake, scene):
        self.project, self.fake, self.scene = project, fake, scene
        self.name = "beside" if scene["beside"] else "copy"
        project.local(fake.endpoint, "media", env="dev")
        project.local(fake.endpoint, "copy")
        self.wanted = self._make_snapshot()
        if scene["live"] is not None:
            fake.create(self.name, items(scene["live"]),
                        **(INDEXED if scene["indexed"] else {}))

    def _make_snapshot(self):
        scene, folder = self.scene, self.project.snapshot("dev")
        wanted, data = dict(scene["snapshot"]), folder / "table-data.json"
        if scene["kind"] in ("foreign", "bare"):
            folder.mkdir(parents=True)
            stand = items(wanted) + [item(*pair) for pair in scene["again"]]
            data.write_text(json.dumps({"Items": stand}, indent=2))
            wanted.update(dict(scene["again"]))
            if scene["kind"] == "foreign":
                self.fake.create("media", **INDEXED)
                told = self.fake.tables["media"].describe()
                (folder / "table-schema.json").write_text(
                    json.dumps({"Table": told}))
            return wanted
        self.fake.create("media", items(wanted), **INDEXED)
        layout = "chunked" if scene["kind"] == "chunked" else "single"
        self.project.ddbgit("dump", "--env=dev", f"--layout={layout}")
        if scene["kind"] == "edited" and wanted:
            first = min(wanted)
            data.write_text(data.read_text().replace(
                f'"k{first}"}},"v":{{"N":"{wanted[first]}"',
                f'"k{first}"}},"v":{{"N":"7"'))
            wanted[first] = 7
        return wanted

    def arguments(self):
        scene = self.scene
        told = ["--source=backups/dynamodb/dev",
                f"--indexes={scene['indexes']}"]
        for word in scene["part"]:
            if word in ("data", "schema"):
                told.append(f"--only={word}")
            elif word != "keys":
                told.append("--" + word.replace("_", "-"))
        if scene["accept_edited"]:
            told.append("--accept-edited")
        if scene["beside"]:
            told.append(f"--table={self.name}")
        told.append("--backup-first" if scene["backup"]
                    else "--no-backup-first")
        keys = [json.dumps({"id": {"S": f"k{number}"}})
                for number in scene["keys"] if self.has("keys")]
        if self.has("keys") and scene["in_a_file"]:
            (self.project.path / "keys").write_text("\n".join(keys))
            told.append("--keys-file=keys")
        else:
            told += [f"--key={key}" for key in keys]
        return told

    # What Python makes of it

    def has(self, word):
        return word in self.scene["part"]

    @property
    def keys(self):
        """Those asked for; None: the whole snapshot."""
        asked = self.scene["keys"]
        if not self.has("keys") or not asked and not self.scene["in_a_file"]:
            return None
        return set(asked)

    def parts(self):
        """What is restored of the snapshot, and what is not in it."""
        if self.keys is None:
            return self.wanted, 0
        return ({number: self.wanted[number]
                 for number in self.keys & set(self.wanted)},
                len(self.keys - set(self.wanted)))

    def plan(self):
        part, _ = self.parts()
        live = self.scene["live"] or {}
        return {"added": len(set(part) - set(live)),
                "changed": sum(live.get(number, value) != value
                               for number, value in part.items()),
                "equal": sum(live.get(number) == value
                             for number, value in part.items()),
                "extra": 0 if self.keys is not None
                else len(set(live) - set(part))}

    def to_write(self):
        if self.has("schema"):
            return 0
        plan = self.plan()
        if self.has("changed_only") or self.has("mirror"):
            return plan["added"] + plan["changed"]
        return len(self.parts()[0])

    def to_delete(self):
        return self.plan()["extra"] if self.has("mirror") else 0

    def creates(self):
        return self.scene["live"] is None

    def to_add(self):
        if self.scene["indexes"] == "now" or self.scene["kind"] == "bare":
            return 0
        return int(self.creates() or not self.scene["indexed"])

    def afterwards(self):
        if self.has("schema"):
            return self.scene["live"] or {}
        after = {} if self.has("mirror") else dict(self.scene["live"] or {})
        return {**after, **self.parts()[0]}

    # What was done

    def run(self, *more):
        self.fake.requests.clear()
        return self.project.ddbgit("restore", *self.arguments(), *more,
                                   "--yes", "--json", status=None)

    def sent(self):
        """Writes on the wire: puts, deletes, tables made, indexes added."""
        puts = deletes = 0
        for request in self.fake.requests:
            if request.operation == "BatchWriteItem":
                (writes,) = request.body["RequestItems"].values()
                puts += sum("PutRequest" in write for write in writes)
                deletes += sum("DeleteRequest" in write for write in writes)
        return (puts, deletes, self.fake.count("CreateTable"),
                self.fake.count("UpdateTable"))


def check_dry(restore, dry):
    """Nothing was written, and all numbers are Python's."""
    assert not WRITES & {request.operation
                         for request in restore.fake.requests}
    told = dry.of_type("summary")[0]
    part, absent = restore.parts()
    assert (told["toWrite"], told["toDelete"], told["created"],
            told["indexesToAdd"]) == (
        restore.to_write(), restore.to_delete(), restore.creates(),
        restore.to_add()), (told, dry.err)
    assert (told["items"], told["absent"]) == (
        len(part) if restore.keys is not None else len(restore.wanted),
        absent)
    if not restore.has("schema"):
        assert {name: told["plan"][name] for name in restore.plan()} == \
            restore.plan()
    return told


def check_real(restore, real, promised):
    told = real.of_type("summary")[0]
    assert restore.sent() == (
        promised["toWrite"], promised["toDelete"],
        int(promised["created"]), promised["indexesToAdd"])
    assert (told["written"], told["deleted"], told["created"],
            told["indexesAdded"]) == (
        promised["toWrite"], promised["toDelete"], promised["created"],
        promised["indexesToAdd"])
    assert told["plan"] is None or told["plan"] == promised["plan"]
    for name in ("items", "absent", "toWrite", "toDelete", "indexesToAdd",
                 "leftOut", "creation"):
        assert told[name] == promised[name]
    assert ledger(restore.fake.tables[restore.name]) == restore.afterwards()
    assert real.status == (3 if promised["absent"] else 0), real


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(scene=SCENES)
def test_a_dry_run_promises_what_is_done(tmp_path_factory, scene):
    project = projects.Project(tmp_path_factory.mktemp("d") / "p")
    with fake_dynamodb.Server() as fake:
        restore = Restore(project, fake, scene)
        before = {name: dict(table.ledger)
                  for name, table in fake.tables.items()}
        dry = restore.run("--dry-run")
        assert {name: dict(table.ledger)
                for name, table in fake.tables.items()} == before
        if dry.status == 0:
            promised = check_dry(restore, dry)
            check_real(restore, restore.run(), promised)
        else:
            # Refused in the same words, and nothing is done.
            real = restore.run()
            assert (real.status, real.records) == (dry.status, dry.records)
            assert restore.sent() == (0, 0, 0, 0)
