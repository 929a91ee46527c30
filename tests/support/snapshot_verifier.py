"""What `ddbgit verify` has to say of one snapshot, a second time: written from
docs/snapshot-format.md and ddbgit-verify(1), and not from src/.

    said = inspect(files, version)      files: a git_reader.Folder
    said.problems, said.notes           the files that findings are of
    said.items, said.digest             None: not known

snapshot_reader.py asks whether a snapshot is whole; this one asks which of
its files are at fault, and goes on behind the first.
"""

import dataclasses
import re

import canonical
import made_snapshot as spelling
import parsed_snapshot as parsed
import table_definition
from git_reader import Absent, Unreadable

DATA, SCHEMA = "table-data.json", "table-schema.json"
METADATA, SUMMARY = "table-metadata.json", "dump-summary.txt"
PART = re.compile(r"table-data/([0-9a-f]{2}/[0-9a-f]{30}|index/[0-9a-f]{32})"
                  r"\.json")
WRITTEN_BY = b"\nWritten by:    ddbgit "


@dataclasses.dataclass
class Said:
    problems: set = dataclasses.field(default_factory=set)
    notes: set = dataclasses.field(default_factory=set)
    metadata: dict = dataclasses.field(default_factory=dict)
    has_metadata: bool = False
    items: int = None
    digest: str = None
    repeated: bool = False
    by_chunks: bool = False


def same_lines(a, b):
    """Equal, but for the line ends of a checkout."""
    return a == b or a.replace(b"\r\n", b"\n") == b.replace(b"\r\n", b"\n")


class Inspection:
    def __init__(self, files, version, known):
        self.files = files
        self.version = version
        self.known = known
        self.said = Said()
        self.own = False
        self.schema = None
        self.schema_right = False
        self.keys = None
        # Of the walk over chunks.
        self.named = set()
        self.lines = []  # of all items so far
        self.whole = True  # no chunk was passed over
        self.whole_index = True
        self.first = b""  # the key that the chunk before begins with
        self.last = b""  # and the last one that is known of it

    def problem(self, path):
        self.said.problems.add(path)

    def finding(self, is_problem, path):
        (self.said.problems if is_problem else self.said.notes).add(path)

    def read(self, path, parse):
        """What a file holds, and whether it is there; what cannot be read is
        a problem."""
        try:
            return parse(self.files.read(path)), True
        except Absent:
            return None, False
        except (Unreadable, parsed.Malformed):
            self.problem(path)
            return None, True

    def spelled(self, path, expected):
        """To the byte as ddbgit writes it. Another version may do otherwise.
        """
        found, _ = self.read(path, bytes)
        if found is not None and not same_lines(found, expected):
            written = self.said.metadata.get("toolVersion")
            self.finding(written in (None, self.version), path)

    # ---- the whole ---------------------------------------------------------

    def run(self):
        summary, has_summary = self.read(SUMMARY, bytes)
        self.own = WRITTEN_BY in (summary or b"")
        metadata, has_metadata = self.read(METADATA, parsed.metadata)
        self.said.has_metadata = metadata is not None
        self.said.metadata = metadata or {}
        ours = self.said.metadata.get("formatVersion", 0) > 0
        self.own = self.own or ours
        has_schema = self.read_schema()
        self.inspect_items()
        if not has_schema:
            self.finding(self.own, SCHEMA)
        if not has_metadata or metadata is not None and not ours:
            self.finding(self.own, METADATA)
        if not has_summary and self.own:
            self.problem(SUMMARY)
        if ours:
            self.inspect_description()
        return self.said

    def read_schema(self):
        self.schema, there = self.read(SCHEMA, parsed.definition)
        if self.schema is None:
            return there
        stated, table = self.said.metadata, self.schema["Table"]
        self.keys = parsed.keys_of(table)
        self.schema_right = stated.get("schemaSha256") in (
            None, spelling.schema_digest(self.schema))
        name = table.get("TableName")
        if not self.schema_right or isinstance(name, str) and stated.get(
                "tableName") not in (None, name):
            self.problem(SCHEMA)
        return True

    def inspect_description(self):
        stated = self.said.metadata
        if any(stated.get(name) is None for name in (
                "itemCount", "dataSha256", "schemaSha256", "layout")):
            self.problem(METADATA)
        self.spelled(METADATA, spelling.spell_metadata(stated))
        if self.schema is None:
            return
        whole = table_definition.normal(self.schema)
        if self.schema_right:
            self.spelled(SCHEMA, spelling.spell_schema(whole))
        self.spelled(SUMMARY, spelling.spell_summary(stated, whole, self.keys))

    # ---- items -------------------------------------------------------------

    def inspect_items(self):
        """Once for what several backups share, if it was right."""
        stated = self.said.metadata
        key = (self.own, *[stated.get(name) for name in (
            "itemCount", "dataBytes", "dataSha256", "layout")],
            self.files.id(DATA), self.files.id("table-data"),
            self.files.id(SCHEMA))
        if self.known is not None and key in self.known:
            self.said.repeated = True
            return
        before = set(self.said.problems)
        self.said.problems.clear()
        self.read_items()
        if self.known is not None and not self.said.problems:
            self.known.add(key)
        self.said.problems |= before

    def read_items(self):
        try:
            data = self.files.read(DATA)
        except (Absent, Unreadable):
            return self.problem(DATA)
        if parsed.is_index(data):
            self.own = True
            return self.read_chunks(data)
        return self.read_single(data)

    def compare_layout(self, layout):
        """Of what can be read."""
        if self.said.metadata.get("layout") not in (None, layout):
            self.problem(METADATA)

    def compare(self, items, size, digest):
        """With what the metadata states; items: all numbers that may be
        stated."""
        stated = self.said.metadata
        self.said.items, self.said.digest = items[0], digest
        if (stated.get("itemCount") not in (None, *items)
                or "formatVersion" in stated
                and (stated.get("dataBytes") or 0) != size
                or None not in (digest, stated.get("dataSha256"))
                and stated["dataSha256"] != digest):
            self.problem(DATA)

    def read_single(self, data):
        try:
            document = parsed.document(data, self.keys)
        except parsed.Malformed:
            self.problem(DATA)
            return self.read_parts(None)
        self.compare_layout("single")
        again = document.total - document.items
        if self.own and self.keys and not document.sorted:
            self.problem(DATA)
        if again:
            self.finding(self.own, DATA)
        numbers = (document.items, document.total)
        if document.count not in (None, *numbers):
            self.problem(DATA)
        self.compare(numbers, document.bytes, document.digest
                     if self.keys or self.own else None)
        if self.own and self.keys and DATA not in self.said.problems and \
                not same_lines(data, spelling.spell_single(document.lines)):
            self.problem(DATA)
        return self.read_parts(set())

    def read_parts(self, named):
        """What stands below table-data/ must be named by the index; None:
        nobody knows."""
        for path in self.files.below("table-data"):
            if not PART.fullmatch(path) or (
                    named is not None and path not in named):
                self.problem(path)

    # ---- chunks ------------------------------------------------------------

    def read_chunks(self, data):
        try:
            root = parsed.index(data)
        except parsed.Malformed:
            self.problem(DATA)
            return self.read_parts(None)
        self.compare_layout("chunked")
        if not self.keys:
            self.said.notes.add(DATA)
            return self.read_parts(None)
        for path, entry in self.leaves(root):
            self.read_chunk(entry, path)
        if not root.is_spelled(data):
            self.problem(DATA)
        self.compare((root.count,), root.bytes, parsed.digest(
            self.lines) if self.whole and not self.said.by_chunks else None)
        return self.read_parts(self.named if self.whole_index else None)

    def first_of(self, entry, path):
        """The entry's first key, (canonical, encoded); None: it is none."""
        try:
            item = entry.first
            if {name for name, _ in item} != {name for name, _ in self.keys}:
                raise canonical.Refused("other attributes than the key's")
            return (canonical.canonical_line(item),
                    canonical.encoded_key(item, self.keys))
        except canonical.Refused:
            self.problem(path)
            self.whole = self.whole_index = False
            return None

    def leaves(self, root):
        """(the index file, an entry) of each chunk."""
        if not root.of_indexes:
            yield from ((DATA, entry) for entry in root.entries)
            return
        for entry in root.entries:
            first = self.first_of(entry, DATA)
            if not first:
                continue
            path = f"table-data/index/{parsed.name(first[0])}.json"
            self.named.add(path)
            leaf, there = self.read(path, parsed.index)
            if leaf and not leaf.is_stated_by(entry):
                leaf = None
            if not leaf:
                self.problem(path)
                self.whole = self.whole_index = False
                continue
            yield from ((path, each) for each in leaf.entries)
            if not leaf.is_spelled(self.files.read(path)):
                self.problem(path)

    def read_chunk(self, entry, index):
        first = self.first_of(entry, index)
        if not first:
            return
        name = parsed.name(first[0])
        path = f"table-data/{name[:2]}/{name[2:]}.json"
        self.named.add(path)
        if first[1] <= self.first:
            self.problem(index)
        elif first[1] <= self.last:
            self.problem(path)
        self.first = self.last = first[1]
        key = (path, entry.count, entry.bytes, entry.sha256,
               self.files.id(path))
        if self.known is not None and key in self.known:
            self.said.by_chunks = True
            return
        before = path in self.said.problems
        if self.read_chunk_file(entry, path, first) and not before and \
                self.known is not None:
            self.known.add(key)

    def read_chunk_file(self, entry, path, first):
        """Whether it is right."""
        try:
            data = self.files.read(path)
            document = parsed.document(data, self.keys)
            encoded = document.keys
            if (not document.sorted or document.total != document.items
                    or document.count not in (None, entry.count)
                    or (document.items, document.bytes, document.digest) !=
                    (entry.count, entry.bytes, entry.sha256)
                    or encoded[:1] != [first[1]]):
                raise parsed.Malformed(path)
        except (Absent, Unreadable, parsed.Malformed):
            self.problem(path)
            self.whole = False
            return False
        self.last = encoded[-1]
        self.lines += document.lines
        if same_lines(data, parsed.spell_chunk(document.lines)):
            return True
        self.problem(path)
        return False


def inspect(files, version, known=None):
    """known: a set of what was found right, to look at once."""
    return Inspection(files, version, known).run()
