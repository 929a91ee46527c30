"""The chunked layout as docs/snapshot-format.md describes it, written from
that page alone: where a table is cut, what the files are called, what stands
in them. Tests hold ddbgit to it."""

import hashlib
import json
import pathlib

MINIMUM = 16384
MAXIMUM = 262144
INDEX_MAXIMUM = 4096
MASK = (1 << 64) - 1

BEFORE = 1
AFTER = 2


def key_hash(key):
    """FNV-1a-64 of the bytes of the key's canonical JSON, then fmix64."""
    h = 0xcbf29ce484222325
    for byte in key:
        h = ((h ^ byte) * 0x100000001b3) & MASK
    h ^= h >> 33
    h = (h * 0xff51afd7ed558ccd) & MASK
    h ^= h >> 33
    h = (h * 0xc4ceb9fe1a85ec53) & MASK
    return h ^ (h >> 33)


def cuts(keys_and_lengths):
    """For each (key, length of its line with the newline): BEFORE and AFTER,
    the cuts round it."""
    size = 0
    for key, length in keys_and_lengths:
        found = 0
        if size > 0 and size + length > MAXIMUM:
            found |= BEFORE
            size = 0
        start = max(0, size - MINIMUM)
        end = max(0, size + length - MINIMUM)
        odds = (end * end - start * start) << 28
        if length > MAXIMUM or (key_hash(key) >> 36) * 3076043746 < odds:
            found |= AFTER
            size = 0
        else:
            size += length
        yield found


def grouped(keys_and_lines):
    """[[(key, line), …], …]: the lines (with newlines) of each chunk."""
    groups, group = [], []
    pairs = list(keys_and_lines)
    for pair, cut in zip(pairs, cuts((k, len(line)) for k, line in pairs)):
        if cut & BEFORE:
            groups.append(group)
            group = []
        group.append(pair)
        if cut & AFTER:
            groups.append(group)
            group = []
    return groups + ([group] if group else [])


def document(head, lines, end):
    """Lines with newlines, "," between them."""
    body = b",\n".join(line[:-1] for line in lines)
    return head + b"\n" + body + (b"\n" if lines else b"") + end


def entry(first, count, size, digest):
    return (b'{"first":%s,"count":%d,"bytes":%d,"sha256":"%s"}\n'
            % (first, count, size, digest.encode()))


def index(entries, member, items):
    return document(b'{"Items":true,"Format":"ddbgit-chunked-1","Count":%d,'
                    b'"%s":[' % (items, member), entries, b"]}\n")


def digest(lines):
    return hashlib.sha256(b"".join(lines)).hexdigest()


def name(first):
    return hashlib.sha256(first).hexdigest()[:32]


def files(keys_and_lines):
    """{path: bytes} of a table: its items as (key, line), both canonical, in
    the order of keys."""
    made, entries, items = chunk_files(grouped(keys_and_lines))
    if len(entries) <= INDEX_MAXIMUM:
        lines = [entry(*each) for each in entries]
        made["table-data.json"] = index(lines, b"Chunks", items)
        return made
    groups = grouped((each[0], entry(*each)) for each in entries)
    return index_files(made, entries, items, groups)


def pieces(keys_and_lines, size):
    """The same table, cut into chunks and index files of `size` each and not
    by the rule, so that few items make many files. To readers it is one."""
    pairs = list(keys_and_lines)
    made, entries, items = chunk_files(
        [pairs[at:at + size] for at in range(0, len(pairs), size)])
    named = [(each[0], entry(*each)) for each in entries]
    return index_files(made, entries, items, [
        named[at:at + size] for at in range(0, len(named), size)])


def chunk_files(groups):
    """({path: bytes}, the entries of the index, items)"""
    made, entries, items = {}, [], 0
    for group in groups:
        first, lines = group[0][0], [line for _, line in group]
        path = f"table-data/{name(first)[:2]}/{name(first)[2:]}.json"
        made[path] = document(b'{"Items":[', lines,
                              b'],"Count":%d}\n' % len(lines))
        entries.append((first, len(lines), sum(map(len, lines)),
                        digest(lines)))
        items += len(lines)
    return made, entries, items


def index_files(made, entries, items, groups):
    """The same with an index of two levels."""
    root = []
    for group in groups:
        first, lines = group[0][0], [line for _, line in group]
        of = entries[:len(lines)]
        entries = entries[len(lines):]
        count = sum(each[1] for each in of)
        made[f"table-data/index/{name(first)}.json"] = index(
            lines, b"Chunks", count)
        root.append(entry(first, count, sum(each[2] for each in of),
                          digest(lines)))
    made["table-data.json"] = index(root, b"Indexes", items)
    return made


def apart(keys_and_lines, group=None):
    """The same with each item in a chunk of its own, and so many chunks in an
    index file (None: one level), which no reader minds: few bytes make a large
    snapshot."""
    made, entries = {}, []
    for key, line in keys_and_lines:
        made[f"table-data/{name(key)[:2]}/{name(key)[2:]}.json"] = document(
            b'{"Items":[', [line], b'],"Count":1}\n')
        entries.append((key, 1, len(line), digest([line])))
    if not group:
        made["table-data.json"] = index(
            [entry(*each) for each in entries], b"Chunks", len(entries))
        return made
    root = []
    for at in range(0, len(entries), group):
        of = entries[at:at + group]
        lines = [entry(*each) for each in of]
        made[f"table-data/index/{name(of[0][0])}.json"] = index(
            lines, b"Chunks", len(of))
        root.append(entry(of[0][0], len(of), sum(each[2] for each in of),
                          digest(lines)))
    made["table-data.json"] = index(root, b"Indexes", len(entries))
    return made


def read(folder):
    """Every part of a snapshot on disk, {path: bytes}, without its
    description."""
    folder = pathlib.Path(folder)
    found = [folder / "table-data.json", *folder.glob("table-data/*/*")]
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in found}


def chunk_paths(folder):
    """The chunk files in the order of keys, found through the index."""
    folder = pathlib.Path(folder)

    def firsts(path):
        document = json.loads(path.read_text())
        assert document["Items"] is True
        # The text as it stands is canonical.
        lines = path.read_bytes().split(b"\n")[1:-2]
        return document, [line[len(b'{"first":'):line.rindex(b',"count":')]
                          for line in lines]
    document, keys = firsts(folder / "table-data.json")
    if "Indexes" in document:
        keys = [key for first in keys for key in firsts(
            folder / "table-data" / "index" / f"{name(first)}.json")[1]]
    return [folder / "table-data" / name(key)[:2] / f"{name(key)[2:]}.json"
            for key in keys]


def vectors():
    """The tables of docs/snapshot-format.md: single steps, and which of a
    thousand equal items end a chunk."""
    lengths = [16384, 1, 200000, 300000, 1000, 262144, 5000, 262145, 262144,
               30, 30]
    steps = [(b'{"id":{"S":"%c"}}' % (ord("a") + i), length)
             for i, length in enumerate(lengths)]
    rows = [(key.decode(), f"{key_hash(key):016x}", length, cut)
            for (key, length), cut in zip(steps, cuts(steps))]
    items = [(b'{"id":{"S":"%03d"}}' % n, 700) for n in range(1000)]
    return rows, [n for n, cut in enumerate(cuts(items)) if cut]


if __name__ == "__main__":
    single, ends = vectors()
    for row in single:
        print(*row)
    print(*ends)
