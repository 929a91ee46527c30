"""diff of chunked revisions steps over what Git's ids prove equal, folders and
index files as a whole, and over nothing else: whatever the index says, a chunk
that was edited, swapped, lost or changed is reported. The snapshots are made
here, many chunks of one item each, with an index of one and of two levels."""

import json
import shutil

import pytest

import chunks

COUNT = 600
GROUP = 25
FOLDER = "backups/dynamodb/dev"

SCHEMA = {"Table": {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}}


def pair(name, text):
    key = b'{"id":{"S":"%s"}}' % name.encode()
    return key, key[:-1] + b',"text":{"S":"%s"}}\n' % text.encode()


def table():
    return {f"{n:05}": "same" for n in range(COUNT)}


class Snapshots:
    """A repository of chunked snapshots of tables {key: text}."""

    def __init__(self, project, group):
        self.project, self.group = project, group
        self.folder = project.path / FOLDER
        # Objects are counted and removed one by one.
        project.git("config", "gc.auto", "0")

    def write(self, items):
        shutil.rmtree(self.folder, ignore_errors=True)
        pairs = [pair(*each) for each in sorted(items.items())]
        made = chunks.apart(pairs, self.group)
        made["table-schema.json"] = json.dumps(SCHEMA).encode()
        made["table-metadata.json"] = json.dumps({
            "formatVersion": 1, "layout": "chunked", "environment": "dev",
            "tableName": "made", "awsRegion": "us-east-1",
            "itemCount": len(pairs),
            "dataSha256": chunks.digest([line for _, line in pairs])}).encode()
        for path, text in made.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)

    def commit(self):
        self.project.git("add", "-A", FOLDER)
        self.project.git("commit", "-q", "--allow-empty", "-m", "Snapshot")

    def chunk(self, key):
        name = chunks.name(pair(key, "")[0])
        return self.folder / "table-data" / name[:2] / f"{name[2:]}.json"

    def diff(self, before="HEAD~1", after="HEAD", **how):
        return self.project.ddbgit("diff", before, after, "--json", **how)

    def changes(self):
        return {r["key"]["id"]["S"]: r["change"]
                for r in self.diff().of_type("item")}

    def objects(self, revision):
        return set(self.project.git(
            "ls-tree", "-r", "-t", "--format=%(objectname)", revision, "--",
            f"{FOLDER}/table-data").split())


@pytest.fixture(params=[None, GROUP], ids=["one level", "two levels"])
def made(project, request):
    snapshots = Snapshots(project, request.param)
    snapshots.write(table())
    snapshots.commit()
    return snapshots


def test_items_of_every_kind_of_change_are_reported(made):
    items = table()
    items["00003"] = "other"
    items["00300"] = "other"
    items["00300a"] = "new"
    items["99999"] = "new"
    del items["00500"]
    made.write(items)
    made.commit()
    assert made.changes() == {"00003": "changed", "00300": "changed",
                              "00300a": "added", "99999": "added",
                              "00500": "removed"}


def test_objects_that_both_have_are_not_read(made):
    items = table()
    items["00300"] = "other"
    made.write(items)
    made.commit()
    both = made.objects("HEAD") & made.objects("HEAD~1")
    assert len(both) > COUNT
    for name in both:
        (made.project.path / ".git/objects" / name[:2] / name[2:]).unlink()
    assert made.changes() == {"00300": "changed"}


def test_a_chunk_edited_by_hand_is_reported(made):
    chunk = made.chunk("00300")
    chunk.write_bytes(chunk.read_bytes().replace(b"same", b"Same"))
    made.commit()
    assert made.project.git("diff", "--name-only", "HEAD~1").split() == [
        str(chunk.relative_to(made.project.path))]
    for names in (["HEAD~1", "HEAD"], ["HEAD", "HEAD~1"]):
        done = made.diff(*names, status=1)
        assert str(chunk.relative_to(made.folder)) in done.err
        assert "its items are not those" in done.err


def test_chunks_swapped_within_a_folder_are_reported(made):
    one, other = next(
        found for folder in (made.folder / "table-data").iterdir()
        if folder.name != "index" and len(found := list(folder.iterdir())) == 2)
    mine = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(mine)
    made.commit()
    done = made.diff(status=1)
    assert one.parent.name + "/" in done.err
    assert "is not the first that the index names" in done.err


def test_a_lost_chunk_is_reported(made):
    chunk = made.chunk("00300")
    chunk.unlink()
    made.commit()
    done = made.diff(status=1)
    assert f"{chunk.name} is missing" in done.err


def test_a_chunk_changed_with_its_index_is_reported_beside_an_edited_one(made):
    items = table()
    items["00100"] = "other"
    made.write(items)
    chunk = made.chunk("00300")
    chunk.write_bytes(chunk.read_bytes().replace(b"same", b"Same"))
    made.commit()
    done = made.diff(status=1)
    assert [r["key"] for r in done.of_type("item")] == [
        {"id": {"S": "00100"}}]
    assert chunk.name in done.err


def test_an_index_that_says_otherwise_of_equal_chunks_is_held_to_its_own(made):
    """Statements of an index neither make nor hide a difference."""
    items = table()
    items["00100"] = "other"
    made.write(items)
    file = made.folder / "table-data.json"
    if made.group:
        file = made.folder / "table-data/index" / (
            chunks.name(pair("00300", "")[0]) + ".json")
    lines = file.read_bytes().split(b"\n")
    at = next(i for i, line in enumerate(lines) if b"00300" in line)
    digest = lines[at].split(b'"')[-2]
    lines[at] = lines[at].replace(digest, b"0" * 64)
    file.write_bytes(b"\n".join(lines))
    made.commit()
    if made.group:
        # table-data.json states the digest of the entries.
        done = made.diff(status=1)
        assert "its entries are not those" in done.err
    else:
        assert made.changes() == {"00100": "changed"}


def test_foreign_files_beside_the_chunks_are_no_items(made):
    items = table()
    items["00100"] = "other"
    made.write(items)
    (made.folder / "table-data/00").mkdir(exist_ok=True)
    (made.folder / "table-data/00" / ("0" * 30 + ".json")).write_text(
        json.dumps({"Items": [{"id": {"S": "00200"}}]}))
    (made.folder / "table-data/README").write_text("hello\n")
    made.commit()
    assert made.changes() == {"00100": "changed"}


def test_levels_and_layouts_are_compared_with_each_other(made):
    items = table()
    items["00100"] = "other"
    made.group = None if made.group else GROUP
    made.write(items)
    made.commit()
    assert made.changes() == {"00100": "changed"}
    # A directory knows no ids.
    assert [r["key"] for r in made.diff("HEAD~1", f"./{FOLDER}").of_type(
        "item")] == [{"id": {"S": "00100"}}]
    lines = [pair(*each)[1].decode() for each in sorted(items.items())]
    shutil.rmtree(made.folder / "table-data")
    (made.folder / "table-data.json").write_text(
        '{"Items":[\n' + ",".join(lines) + '],"Count":%d}\n' % len(lines))
    made.commit()
    assert made.changes() == {}
    assert [r["key"] for r in made.diff("HEAD~2").of_type("item")] == [
        {"id": {"S": "00100"}}]


def test_another_key_schema_is_refused(made):
    schema = json.loads(json.dumps(SCHEMA))
    schema["Table"]["AttributeDefinitions"][0]["AttributeType"] = "N"
    (made.folder / "table-schema.json").write_text(json.dumps(schema))
    chunk = made.chunk("00300")
    chunk.write_bytes(chunk.read_bytes().replace(b"same", b"Same"))
    made.commit()
    assert "cannot be compared" in made.diff(status=1).err
