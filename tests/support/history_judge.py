"""What ddbgit has to say of a history, a second time: computed from what git
gives (git_reader.py), by the words of docs/json.md, docs/snapshot-format.md
and the manual pages, and not from src/.

    with Judge(project) as judge:
        judge.rows()                    ddbgit log --json
        judge.key_history(key, env)     ddbgit log --key --json
        judge.diff(a, b)                ddbgit diff --json of two snapshots
"""

import dataclasses
import datetime
import functools
import json
import re

import canonical
import git_reader
import item_diff
import table_definition

OWNED = ("table-data.json", "table-schema.json", "table-metadata.json",
         "dump-summary.txt")
TRAILER = re.compile(r"^Ddbgit-([A-Za-z0-9-]+): (.*)$", re.MULTILINE)
CHANGES = re.compile(r"\+(\d+) ~(\d+) -(\d+)")


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """by_key: DynamoDB JSON, in the order of keys; metadata: as it stands, or
    {}."""
    keys: list
    by_key: dict
    definition: dict
    metadata: dict

    @property
    def items(self):
        return list(self.by_key.values())

    def find(self, key):
        """The item of a key; None too if the key is of another schema."""
        names = {name: kind for name, kind in self.keys}
        if {n: next(iter(v)) for n, v in key.items()} != names:
            return None
        return self.by_key.get(canonical.encoded_key(key, self.keys))

    def lines(self):
        return [canonical.canonical_line(item) for item in self.items]


def owned(files):
    return tuple(sorted((path, blob) for path, blob in files.items()
                        if path in OWNED or path.startswith("table-data/")))


class Judge(git_reader.Repository):
    def __init__(self, project):
        super().__init__(project)
        self.snapshot = functools.cache(self._snapshot)
        self.folders = functools.cache(self._folders)

    # ---- snapshots -------------------------------------------------------

    def _folders(self, tree, marker=OWNED[0]):
        """{folder: what a backup consists of} of a tree (None: empty). The
        file `marker` makes a folder a snapshot."""
        if tree is None:
            return {}
        found = {}
        for path in self.files(tree):
            folder, _, name = path.rpartition("/")
            if name == marker:
                found[folder] = owned({
                    below[len(folder) + 1:]: blob for below, (_, blob)
                    in self.listing(tree).items()
                    if below.startswith(folder + "/")})
        return found

    def snapshots(self, commit):
        """{folder: the marker that it has} of all, also what has lost its
        data."""
        return {folder: marker for marker in ("table-metadata.json", OWNED[0])
                for folder in self.folders(commit.tree, marker)}

    def at(self, commit, folder):
        """The snapshot in a commit (None: before all), or None."""
        content = self.folders(commit and commit.tree).get(folder)
        return self.snapshot(content) if content else None

    def _snapshot(self, content):
        blobs = dict(content)
        read = {path: json.loads(self.object(blob))
                for path, blob in blobs.items() if path.endswith(".json")}
        table = read["table-schema.json"]["Table"]
        kinds = {each["AttributeName"]: each["AttributeType"]
                 for each in table["AttributeDefinitions"]}
        roles = {each["KeyType"]: each["AttributeName"]
                 for each in table["KeySchema"]}
        keys = [(roles[role], kinds[roles[role]])
                for role in ("HASH", "RANGE") if role in roles]
        items = read["table-data.json"]["Items"]
        if items is True:
            items = [item for path, part in read.items()
                     if path.startswith("table-data/")
                     and part["Items"] is not True for item in part["Items"]]
        by_key = item_diff.by_key(items, keys)  # the last of equal keys
        return Snapshot(keys, {key: by_key[key] for key in sorted(by_key)},
                        read["table-schema.json"],
                        read.get("table-metadata.json", {}))

    # ---- backups ---------------------------------------------------------

    def parents(self, commit):
        return [self.commit(name) for name in commit.parents]

    def backups(self, marker=OWNED[0]):
        """(commit, folder) of each, newest first, folders by their bytes."""
        for commit in self.commits():
            here = self.folders(commit.tree, marker)
            others = [self.folders(parent.tree, marker)
                      for parent in self.parents(commit)] or [{}]
            touched = {folder for other in others
                       for folder in {*here, *other}}
            for folder in sorted(touched, key=str.encode):
                if all(here.get(folder) != other.get(folder)
                       for other in others):
                    yield commit, folder

    def facts(self, commit, folder):
        """environment, table, region, date, items, sha256, changes."""
        stated = dict(TRAILER.findall(commit.message.rsplit("\n\n", 1)[-1]))
        if stated.get("Path") == folder:
            return {"environment": stated["Environment"],
                    "table": stated["Table"], "region": stated["Region"],
                    "date": stated["Dump-Date"],
                    "items": int(stated["Items"]),
                    "sha256": stated["Data-SHA256"],
                    "changes": stated_changes(commit, stated)}
        snapshot = self.at(commit, folder)
        known = snapshot.metadata if snapshot else {}
        return {"environment": known.get("environment"),
                "table": known.get("tableName"),
                "region": known.get("awsRegion"),
                "date": known.get("dumpDate") or iso(commit.time),
                "items": (int(known["itemCount"])
                          if "itemCount" in known else None),
                "sha256": known.get("dataSha256"), "changes": None}

    def rows(self):
        """The records of log --json, the tags sorted."""
        tags = self.tags()
        for commit, folder in self.backups():
            facts = self.facts(commit, folder)
            removed = self.at(commit, folder) is None
            row = {"type": "backup", "commit": commit.id, "path": folder,
                   "subject": commit.subject, "removed": removed,
                   "tags": sorted(tags.get(commit.id, ())), **facts}
            yield {name: value for name, value in row.items()
                   if value is not None or name not in ("items", "changes")}

    def goes_by(self, commit, folder):
        """The environment of a backup that --env asks for."""
        return (self.facts(commit, folder)["environment"]
                or folder.rpartition("/")[2])

    def before(self, commit, folder):
        parent = next(iter(self.parents(commit)), None)
        return self.at(parent, folder)

    def counted(self, commit, folder):
        """`changes` as show counts them."""
        before, after = self.before(commit, folder), self.at(commit, folder)
        if before and before.keys != after.keys:
            return {"kind": "not-comparable"}
        items = item_diff.diff_items(before.items if before else [],
                                     after.items, after.keys)
        found = [record["change"] for record in items]
        settings = bool(before) and bool(self.settings(before, after))
        return {"kind": "counted" if before else "first",
                **{kind: found.count(kind)
                   for kind in ("added", "changed", "removed")},
                "settings": settings}

    def key_history(self, key, environment=None):
        """The records that log --key --json puts behind each backup."""
        for commit, folder in self.backups():
            if environment not in (None, self.goes_by(commit, folder)):
                continue
            sides = [snapshot and snapshot.find(key) for snapshot in
                     (self.before(commit, folder), self.at(commit, folder))]
            keys = [(name, next(iter(value))) for name, value in key.items()]
            for record in item_diff.diff_items(
                    *[[item] if item else [] for item in sides], keys):
                yield {**record, "commit": commit.id,
                       "before": sides[0], "after": sides[1]}

    def writer(self, commit, folder, marker=OWNED[0]):
        """The commit that wrote what stands there, as git log finds it: on
        through the first parent that has the same."""
        content = self.folders(commit.tree, marker)[folder]
        same = (parent for parent in self.parents(commit)
                if self.folders(parent.tree, marker).get(folder) == content)
        for parent in same:
            return self.writer(parent, folder, marker)
        return commit

    # ---- differences -----------------------------------------------------

    @staticmethod
    def settings(before, after):
        """The "setting" records, in no order."""
        return table_definition.diff(before.definition, after.definition)

    @staticmethod
    def items(before, after):
        return item_diff.diff_items(before.items, after.items, before.keys)


def iso(seconds):
    return datetime.datetime.fromtimestamp(
        seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def stated_changes(commit, stated):
    found = CHANGES.fullmatch(stated.get("Changes", ""))
    if not found:
        return None
    kind = "first" if "\nFirst backup\n" in commit.message else "counted"
    return {"kind": kind, "added": int(found[1]), "changed": int(found[2]),
            "removed": int(found[3]),
            "settings": "; schema changed\n" in commit.message}
