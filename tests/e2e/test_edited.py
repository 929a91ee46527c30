"""Backups that somebody edited after they were made: they are read as they
are, whatever their metadata still states."""

import json

import made_snapshot


def write(project, table):
    folder = project.path / table.folder
    for name, data in made_snapshot.files(table).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    project.git("add", "-A", "backups")
    project.git("commit", "-q", "-m", table.form)


def test_items_out_of_order_where_chunks_are_stated(project):
    table = made_snapshot.Table("prod", form="chunked", date=1_750_000_000,
                                items={n: {} for n in range(8)})
    write(project, table)
    table.form, table.items[8] = "edited", {"new": {"BOOL": True}}
    write(project, table)
    lines = (project.path / table.folder / "table-data.json").read_bytes()
    assert lines.split(b"\n")[1].startswith(b'{"id":{"S":"\xf0')  # the last
    assert b'"chunked"' in (project.path / table.folder
                            / "table-metadata.json").read_bytes()
    done = project.ddbgit("diff", "HEAD~1", "HEAD", "--json")
    assert [(one["change"], one["key"]) for one in done.of_type("item")] == [
        ("added", {"id": {"S": "\U0001f600"}})]
    assert "was edited since it was dumped" in done.err
    done = project.ddbgit("cat", "HEAD", "--json")
    assert len(done.of_type("item")) == 9
    done = project.ddbgit("log", "--json", '--key={"id":{"S":"😀"}}')
    assert [one["change"] for one in done.of_type("item")] == ["added"]


def test_an_item_in_another_place(project):
    """In the file it stands behind others that come after it."""
    table = made_snapshot.Table("prod", date=1_750_000_000, items={
        n: {"n": {"N": str(n)}} for n in (0, 1, 8)})
    write(project, table)
    for n in (5, 6):
        table.form, table.items = "edited", {**table.items, n: {}}
        write(project, table)
    lines = (project.path / table.folder / "table-data.json").read_bytes()
    assert lines.index("😀".encode()) < lines.index(b'"S":"b"')
    for text, expected in (("b", ["added"]), ("none", ["added"]),
                           ("x\0", ["added"]), ("zz", [])):
        key = json.dumps({"id": {"S": text}})
        done = project.ddbgit("log", "--json", f"--key={key}")
        assert [one["change"] for one in done.of_type("item")] == expected
