"""ddbgit cat: the bytes of the single layout, lines, one item."""

import hashlib
import json
import subprocess

import pytest

import canonical
import project as projects
from conftest import put_items, scan_all

KEYS = [("id", "S"), ("t", "N")]
ITEMS = [{"id": {"S": f"u{n % 7}"}, "t": {"N": str(n)},
          "text": {"S": "\u2028\x1b" * n}} for n in range(40)]


@pytest.fixture
def table(project, emulator, make_table, table_name):
    make_table(table_name, ITEMS, sort=("t", "N"))
    project.local(emulator.endpoint, table_name)
    project.ddbgit("dump", "--commit", "--tag=first")
    return table_name


@pytest.mark.smoke
def test_document_lines_and_items(project, aws, table):
    data = (project.snapshot() / "table-data.json").read_text()
    where = "backups/dynamodb/local"
    for source in ("first", "HEAD", f"first:{where}", where, f"./{where}",
                   "live"):
        assert project.ddbgit("cat", source).out == data, source
    lines = project.ddbgit("cat", "first", "--format=jsonl").out
    digest = canonical.table_digest(scan_all(aws, table), KEYS)
    assert hashlib.sha256(lines.encode()).hexdigest() == digest
    done = project.ddbgit("cat", "first", "--json")
    assert [r["item"] for r in done.of_type("item")] == [
        json.loads(line) for line in lines.split("\n") if line]
    assert done.records[-1]["items"] == len(ITEMS)

    # One item; and as it was before an edit.
    key = {"id": {"S": "u3"}, "t": {"N": "10.0"}}
    put_items(aws, table, [{"id": {"S": "u3"}, "t": {"N": "10"},
                            "new": {"BOOL": True}}])
    for source, line in (
            ("first", canonical.canonical_line(ITEMS[10])),
            ("live", canonical.canonical_line(
                {"id": {"S": "u3"}, "t": {"N": "10"},
                 "new": {"BOOL": True}}))):
        for form in ("json", "jsonl"):
            out = project.ddbgit("cat", source, f"--key={json.dumps(key)}",
                                 f"--format={form}").out
            assert out.encode() == line + b"\n"


def test_what_is_not_there(project, table):
    done = project.ddbgit("cat", "first", status=1,
                          *['--key={"id":{"S":"u3"},"t":{"N":"11"}}'])
    assert "there is no item" in done.err and done.out == ""
    lacking = project.ddbgit("cat", "first", '--key={"id":{"S":"u3"}}',
                             status=2)
    assert "The key is id (S), t (N); write it as " \
        '{"id":{"S":"text"},"t":{"N":"42"}}\n' in lacking.err
    assert "unknown revision" in project.ddbgit("cat", "x", status=1).err
    assert "holds no snapshot" in project.ddbgit("cat", "first~1",
                                                 status=1).err
    project.ddbgit("cat", status=2)
    project.ddbgit("cat", "first", "--format=xml", status=2)
    project.ddbgit("cat", "first", "--from=a", "--path=b", status=2)


def test_malformed_prints_nothing_and_edited_warns(project, table):
    data = project.snapshot() / "table-data.json"
    text = data.read_text()
    data.write_text(text[:-100])
    done = project.ddbgit("cat", "./backups/dynamodb/local", status=1)
    assert done.out == "" and "table-data.json" in done.err
    lines = text.split("\n")
    data.write_text("\n".join(lines[:2] + lines[3:]))
    done = project.ddbgit("cat", "./backups/dynamodb/local", "--format=jsonl")
    assert len(done.out.rstrip("\n").split("\n")) == len(ITEMS) - 1
    assert "was edited" in done.err


def test_chunks_of_a_revision_are_checked_before_the_first_too(
        project, emulator, make_table, aws, table_name):
    """A merge that took the items of one backup and the metadata of another;
    and a last chunk that is cut."""
    items = [{"id": {"S": f"k{n:04}"}, "text": {"S": "x" * 900}}
             for n in range(600)]
    make_table(table_name, items)
    project.local(emulator.endpoint, table_name)
    dump = ["dump", "--commit", "--layout=chunked"]
    project.ddbgit(*dump, "--tag=one")
    put_items(aws, table_name, [{"id": {"S": "k0300"}}])
    project.ddbgit(*dump)
    where = project.snapshot().relative_to(project.path)
    assert project.ddbgit("cat", "HEAD", "--format=jsonl").err == ""

    project.git("checkout", "-q", "one", "--", f"{where}/table-data",
                f"{where}/table-data.json")
    project.git("commit", "-qm", "Merge")
    mixed = project.ddbgit("cat", "HEAD", "--format=jsonl")
    assert f":{where} was edited since it was dumped" in mixed.err
    assert len(mixed.out.split("\n")) == len(items) + 1
    # Its index states another size, so this costs nothing to notice.
    warning = f"[WARNING] HEAD:{where} was edited since it was dumped"
    assert project.ddbgit("show", "HEAD").err.count(warning) == 1
    listed = project.ddbgit("log", "--json")
    assert len(listed.of_type("backup")) == 3
    assert listed.err == warning.replace(
        "HEAD", project.git("rev-parse", "--short=7", "HEAD")) + "\n"
    same = project.ddbgit("diff", "one", "HEAD")
    assert same.err.count(warning) == 1 and "one:" not in same.err

    # Of equal size, it takes reading all of it.
    put_items(aws, table_name, [{"id": {"S": "k0200"},
                                 "text": {"S": "y" * 900}}])
    project.ddbgit(*dump, "--tag=two")
    put_items(aws, table_name, [{"id": {"S": "k0200"},
                                 "text": {"S": "z" * 900}}])
    project.ddbgit(*dump)
    assert "WARNING" not in project.ddbgit("diff", "HEAD", "live").err
    project.git("checkout", "-q", "two", "--", f"{where}/table-data",
                f"{where}/table-data.json")
    project.git("commit", "-qm", "Merge")
    assert "WARNING" not in project.ddbgit("show", "HEAD").err
    assert project.ddbgit("diff", "HEAD", "live").err.count(warning) == 1

    last = sorted((project.snapshot() / "table-data").glob("*/*.json"),
                  key=lambda path: path.read_text())[-1]
    last.write_text(last.read_text()[:-100])
    project.git("commit", "-qam", "Cut")
    cut = project.ddbgit("cat", "HEAD", "--format=jsonl", status=1)
    assert cut.out == "" and last.name in cut.err


def test_a_reader_that_stops_is_no_failure(project, aws, table):
    put_items(aws, table, [{"id": {"S": "big"}, "t": {"N": str(n)},
                            "text": {"S": "x" * 200_000}} for n in range(4)])
    project.ddbgit("dump", "--commit")
    command = f"{projects.binary()} cat HEAD; echo status $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -c 10"], cwd=project.path,
        env=project.env, capture_output=True, text=True, check=True)
    assert done.stderr == "status 0\n" and done.stdout == '{"Items":['
