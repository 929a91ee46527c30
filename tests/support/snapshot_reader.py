"""Reads snapshots a second time: written from docs/snapshot-format.md and not
from src/snapshot/, and strict. It is the judge of what a run that was killed
or failed has left.

    files = of_folder(path)                 with what .ddbgit/ready holds
    files = of_revision(git_dir, "HEAD", "backups/dynamodb/dev")
    items = read(files)                     in key order; or Damaged

files: {path below the snapshot: bytes}; empty if there is none.
"""

import hashlib
import io
import json
import pathlib
import re
import subprocess
import tarfile

import canonical

NAMES = {"table-data.json", "table-schema.json", "table-metadata.json",
         "dump-summary.txt"}
CHUNK = re.compile(r"table-data/[0-9a-f]{2}/[0-9a-f]{30}\.json")
INDEX = re.compile(r"table-data/index/[0-9a-f]{32}\.json")
_known = {}


class Damaged(ValueError):
    """What is no whole snapshot, and why."""


def _owned(path):
    return path in NAMES or CHUNK.fullmatch(path) or INDEX.fullmatch(path)


def _below(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def of_folder(folder):
    """What a reader may rely on there. Beyond it nothing may stand."""
    folder = pathlib.Path(folder)
    files = {path: data for path, data in _below(folder).items()
             if not path.startswith(".ddbgit/")}
    ready = folder / ".ddbgit" / "ready"
    obsolete = ready / "obsolete"
    if obsolete.exists():
        for path in obsolete.read_text().splitlines():
            files.pop(path, None)
    if ready.exists():
        files.update((path, data) for path, data in _below(ready).items()
                     if path != "obsolete")
    return files


def of_revision(repository, revision, path):
    done = subprocess.run(["git", "-C", str(repository), "archive",
                           f"{revision}:{path}"], capture_output=True,
                          check=False)
    if done.returncode and b"not a tree" in done.stderr.lower() + b"\n":
        return {}
    if done.returncode and b"Not a valid object name" in done.stderr:
        return {}
    if done.returncode:
        raise Damaged(done.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {member.name: archive.extractfile(member).read()
                for member in archive if member.isfile()}


def read(files):
    """The items of a whole snapshot, each as its canonical line."""
    stray = [path for path in files if not _owned(path)]
    if stray or not NAMES <= set(files):
        raise Damaged(f"files are {sorted(files)[:20]}")
    data = {path: content for path, content in files.items()
            if path not in ("table-metadata.json", "dump-summary.txt")}
    key = _fingerprint(data)
    if key not in _known:
        _known[key] = _read(data)
    items, digest = _known[key]
    metadata = json.loads(files["table-metadata.json"])
    if metadata["itemCount"] != len(items):
        raise Damaged(f"{len(items)} items, {metadata['itemCount']} stated")
    if metadata["dataSha256"] != digest:
        raise Damaged("the digest is another")
    return items


def _fingerprint(files):
    seen = hashlib.sha256()
    for path in sorted(files):
        seen.update(f"{path} {len(files[path])}\n".encode() + files[path])
    return seen.digest()


def _read(files):
    """The canonical lines and their digest."""
    schema = json.loads(files["table-schema.json"])["Table"]
    types = {part["AttributeName"]: part["AttributeType"]
             for part in schema["AttributeDefinitions"]}
    keys = [(part["AttributeName"], types[part["AttributeName"]])
            for part in sorted(schema["KeySchema"],
                               key=lambda part: part["KeyType"])]
    items = _items(files)
    order = [canonical.encoded_key(item, keys) for item in items]
    if any(a >= b for a, b in zip(order, order[1:])):
        raise Damaged("items are out of order")
    return ([canonical.canonical_line(item) for item in items],
            canonical.table_digest(items, keys))


def _document(data):
    document = json.loads(data)
    if document["Count"] != len(document["Items"]):
        raise Damaged("Count is wrong")
    return document["Items"]


def _items(files):
    top = json.loads(files["table-data.json"])
    chunks = {path for path in files if CHUNK.fullmatch(path)}
    if top["Items"] is not True:
        if chunks:
            raise Damaged(f"chunks beside a single file: {sorted(chunks)}")
        return _document(files["table-data.json"])
    if top["Format"] != "ddbgit-chunked-1":
        raise Damaged(f"format {top['Format']}")
    entries = [leaf for entry in top["Chunks"]
               for leaf in _leaves(files, entry)]
    items = []
    for entry in entries:
        path = "table-data/{}/{}.json".format(*_name(entry["first"]))
        chunks.discard(path)
        if path not in files:
            raise Damaged(f"no {path}")
        items += _chunk(files[path], entry, path)
    if chunks:
        raise Damaged(f"chunks that nobody names: {sorted(chunks)}")
    if top["Count"] != len(items):
        raise Damaged("the index counts otherwise")
    return items


def _name(first):
    digest = hashlib.sha256(canonical.canonical_line(first)).hexdigest()
    return digest[:2], digest[2:32]


def _leaves(files, entry):
    """The entries of chunks below an entry of the top: itself, or those of
    the index file of its name."""
    path = f"table-data/index/{''.join(_name(entry['first']))}.json"
    if path not in files:
        return [entry]
    return json.loads(files[path])["Chunks"]


def _chunk(data, entry, path):
    items = _document(data)
    lines = b"".join(canonical.canonical_line(item) + b"\n" for item in items)
    if (len(items), len(lines), hashlib.sha256(lines).hexdigest()) != (
            entry["count"], entry["bytes"], entry["sha256"]):
        raise Damaged(f"{path} is not what the index says")
    return items
