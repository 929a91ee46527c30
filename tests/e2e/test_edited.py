"""Backups that somebody edited after they were made: they are read as they
are, whatever their metadata still states."""

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
