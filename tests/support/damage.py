"""Damage to backups, drawn and then done with git alone: each damaged backup
is a commit beside the one that it was, on a branch of its own, with the same
message.

    do(project, judge, damages)

What was done is told to nobody: whoever reads the history has to find it.
"""

import dataclasses
import hashlib
import json
import re

from hypothesis import strategies as st

import chunks
import git_reader
import made_snapshot

STRAY = ["table-data/00/" + "0" * 30 + ".json", "table-data/index/"
         + "f" * 32 + ".json", "table-data/notes.txt", "table-data/ab/c.json",
         "notes.txt", "table-data-2/a.json"]
VALUES = [None, "", "dev", "prod-t", "2025-01-27T10:00:00Z", 0, 1, 2, "1",
          "single", "chunked", "0" * 64, True, [], {}]
LINK, FILE = "120000", "100644"


@dataclasses.dataclass
class Blow:
    """The numbers say where and how; each kind takes what it needs."""
    kind: str
    file: int
    at: int
    byte: int
    value: object


# What a parser passes over comes more often than what it stumbles on.
KINDS = (["flip", "cut", "drop", "insert", "line ends", "swap", "older",
          "link", "folder", "lost"] + ["missing", "stray", "message"] * 2
         + ["line", "number", "digest", "member"] * 3)
BLOW = st.builds(
    Blow, kind=st.sampled_from(KINDS), file=st.integers(0, 40),
    at=st.integers(0, 100_000), byte=st.integers(1, 255),
    value=st.sampled_from(VALUES))
# (the number of a backup, what happens to it)
DAMAGE = st.lists(st.tuples(st.integers(0, 40), st.lists(
    BLOW, min_size=1, max_size=3)), min_size=3, max_size=12)


# ---- to bytes --------------------------------------------------------------

def flip(data, blow):
    at = blow.at % max(len(data), 1)
    return data[:at] + bytes(b ^ blow.byte for b in data[at:at + 1]) + \
        data[at + 1:]


def cut(data, blow):
    return data[:blow.at % max(len(data), 1)]


def drop(data, blow):
    at = blow.at % max(len(data), 1)
    return data[:at] + data[at + 1:]


def insert(data, blow):
    at = blow.at % (len(data) + 1)
    return data[:at] + bytes([blow.byte]) + data[at:]


def line_ends(data, _):
    return data.replace(b"\n", b"\r\n")


def line(data, blow):
    """A line of a document (an item, or an entry of the index) gone, twice,
    or in the place of the next one; its Count follows, or not."""
    if data.count(b"\n") < 3:
        return data
    head, *lines, end = data.removesuffix(b"\n").split(b"\n")
    lines = [one.removesuffix(b",") for one in lines]
    at = blow.at % max(len(lines), 1)
    lines[at:at + 2] = [[], lines[at:at + 1] * 2 + lines[at + 1:at + 2],
                        lines[at:at + 2][::-1]][blow.byte % 3]
    items = [int(found[1]) if found else 1 for found in (
        re.search(rb'"count":([0-9]+),"bytes"', one) for one in lines)]
    if blow.byte % 2:
        head, end = [re.sub(rb'"Count":[0-9]+', b'"Count":%d' % sum(items),
                            part) for part in (head, end)]
    return chunks.document(head, [one + b"\n" for one in lines], end + b"\n")


def _replace(pattern, data, blow, other):
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    one = found[blow.at % len(found)]
    return data[:one.start()] + other(one[0]) + data[one.end():]


def number(data, blow):
    return _replace(rb"\b[0-9]{1,9}\b", data, blow,
                    lambda old: b"%d" % (int(old) + blow.byte % 3 - 1))


def digest(data, blow):
    return _replace(rb"[0-9a-f]{64}", data, blow,
                    lambda old: hashlib.sha256(old).hexdigest().encode())


def member(data, blow):
    """A member of an object of JSON, spelled as metadata is."""
    try:
        found = json.loads(data)
        names = [*found, *made_snapshot.MEMBERS]
    except (ValueError, TypeError):
        return data
    name = names[blow.at % len(names)]
    if blow.value is None:
        found.pop(name, None)
    else:
        found[name] = blow.value
    return made_snapshot.spell_metadata(found)


TO_BYTES = {"flip": flip, "cut": cut, "drop": drop, "insert": insert,
            "line ends": line_ends, "line": line, "number": number,
            "digest": digest, "member": member}


# ---- to a backup -----------------------------------------------------------

class Backup:
    """content: {path: (mode, bytes)}"""

    def __init__(self, judge, commit, folder):
        files = git_reader.Folder(judge, commit.tree, folder)
        self.judge, self.commit, self.folder = judge, commit, folder
        self.before = {path: (mode.decode(), judge.object(blob)) for path,
                       (mode, blob) in files.entries.items()}
        self.content = dict(self.before)
        self.message = commit.message
        self.lost = []

    def take(self, blow, older):
        paths = sorted(self.content)
        if blow.kind == "message":
            self.say(blow)
        elif blow.kind == "stray":
            self.content[STRAY[blow.file % len(STRAY)]] = (
                LINK if blow.byte > 250 else FILE, b"{}")
        elif paths:
            # Half of them to the four files, which are few among chunks.
            four = [path for path in paths if "/" not in path]
            among = four if four and blow.file % 2 else paths
            self.hit(among[blow.file // 2 % len(among)], blow, paths, older)

    def say(self, blow):
        lines = self.message.split("\n")
        at = blow.at % len(lines)
        name = lines[at].partition(":")[0]
        lines[at:at + 1] = [[], [lines[at]] * 2, [f"{name}: {blow.value}"],
                            [lines[at].replace("1", "2")]][blow.byte % 4]
        self.message = "\n".join(lines)

    def hit(self, path, blow, paths, older):
        mode, data = self.content[path]
        if blow.kind == "missing":
            del self.content[path]
        elif blow.kind == "link":
            self.content[path] = (LINK, b"elsewhere")
        elif blow.kind == "folder":
            del self.content[path]
            self.content[path + "/inside"] = (FILE, data)
        elif blow.kind == "swap":
            other = paths[blow.at % len(paths)]
            self.content[path], self.content[other] = (
                self.content[other], self.content[path])
        elif blow.kind == "older":
            self.content[path] = older.content.get(path, (mode, data))
        elif blow.kind == "lost":
            self.lost.append(data)
        else:
            self.content[path] = (mode, TO_BYTES[blow.kind](data, blow))

    def stream(self, number):
        """The damaged commit, for git fast-import."""
        said = self.message.encode("utf-8", "surrogateescape")
        parts = [f"commit refs/heads/damaged-{number}\ncommitter A "
                 f"<a@example.com> {self.commit.time + number} +0000\n"
                 f"data {len(said)}\n".encode() + said + b"\n"]
        for word, parent in zip(["from"] + ["merge"] * 9, self.commit.parents):
            parts.append(f"{word} {parent}\n".encode())
        parts.append(f'M 040000 {self.commit.tree} ""\n'.encode())
        for path in self.before.keys() - self.content.keys():
            parts.append(f"D {self.folder}/{path}\n".encode())
        for path, (mode, data) in self.content.items():
            if self.before.get(path) != (mode, data):
                parts.append(f"M {mode} inline {self.folder}/{path}\n"
                             f"data {len(data)}\n".encode() + data + b"\n")
        return b"".join(parts)


def do(project, judge, damages):
    """damages: drawn from DAMAGE"""
    backups = [(commit, folder) for commit, folder in judge.backups()
               if folder in judge.folders(commit.tree)]
    stream, lost = [], []
    for number, (which, blows) in enumerate(damages if backups else [], 1):
        backup = Backup(judge, *backups[which % len(backups)])
        for blow in blows:
            older = Backup(judge, *backups[blow.at % len(backups)])
            backup.take(blow, older)
        stream.append(backup.stream(number))
        lost += backup.lost
    project.git_import(b"".join(stream))
    for data in lost:
        name = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        path = project.path / ".git" / "objects" / name[:2] / name[2:]
        path.unlink(missing_ok=True)
