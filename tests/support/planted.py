"""An object database in which the bytes of one object are not those that its
id is of: sound for zlib and, if packed, for the pack's own checksums, so that
only who hashes the object finds out."""

import hashlib
import struct
import zlib

import project as projects

TYPES = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}


def read(project, name):
    """An object's type and its bytes."""
    id_ = project.git("rev-parse", name)
    kind = project.git("cat-file", "-t", id_).encode()
    done = projects.subprocess.run(
        ["git", "cat-file", kind, id_], cwd=project.path, env=project.env,
        check=True, capture_output=True)
    return kind, done.stdout


def plant(project, name, data, packed):
    """From now on the object that name means has these bytes. Returns its
    id."""
    id_ = project.git("rev-parse", name)
    kind, _ = read(project, name)
    if packed:
        _repack(project, id_, kind, data)
        return id_
    path = project.path / ".git" / "objects" / id_[:2] / id_[2:]
    path.unlink()
    path.write_bytes(zlib.compress(b"%s %d\0%s" % (kind, len(data), data)))
    return id_


def _entry(kind, data):
    """As a pack has it: type and length, then the bytes deflated."""
    rest = len(data) >> 4
    head = [TYPES[kind] << 4 | len(data) & 15]
    while rest:
        head[-1] |= 128
        head.append(rest & 127)
        rest >>= 7
    return bytes(head) + zlib.compress(data)


def _index(entries, trailer):
    """Version 2, of (id, offset, CRC) of each entry."""
    entries = sorted(entries)
    fan = [sum(id_[0] <= first for id_, _, _ in entries)
           for first in range(256)]
    text = b"\xfftOc" + struct.pack(">I", 2) + struct.pack(">256I", *fan)
    text += b"".join(id_ for id_, _, _ in entries)
    text += b"".join(struct.pack(">I", crc) for _, _, crc in entries)
    text += b"".join(struct.pack(">I", at) for _, at, _ in entries)
    text += trailer
    return text + hashlib.sha1(text).digest()


def _repack(project, planted, kind, data):
    """All objects in one pack without deltas, and nothing else."""
    ids = project.git("cat-file", "--batch-all-objects",
                      "--batch-check=%(objectname)").split()
    objects = {id_: read(project, id_) for id_ in ids}
    objects[planted] = kind, data
    pack = b"PACK" + struct.pack(">II", 2, len(objects))
    entries = []
    for id_, content in objects.items():
        entry = _entry(*content)
        entries.append((bytes.fromhex(id_), len(pack), zlib.crc32(entry)))
        pack += entry
    trailer = hashlib.sha1(pack).digest()
    folder = project.path / ".git" / "objects"
    for old in [*folder.glob("pack/pack-*"), *folder.glob("??/*")]:
        old.unlink()
    name = folder / "pack" / f"pack-{trailer.hex()}"
    name.with_suffix(".pack").write_bytes(pack + trailer)
    name.with_suffix(".idx").write_bytes(_index(entries, trailer))
