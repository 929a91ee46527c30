"""Restores of single items, few and many: what is asked of the table, what is
read of the backup, and which line of a file is wrong."""

import json
import re

import pytest

import capacity
from conftest import scan_all

SPEED = 20


def item(number, text="x"):
    return {"id": {"S": f"k{number:05}"}, "text": {"S": text}}


def key(number):
    return {"id": {"S": f"k{number:05}"}}


def keys_file(project, numbers, name="keys"):
    path = project.path / name
    path.write_text("".join(json.dumps(key(number)) + "\n"
                            for number in numbers))
    return f"--keys-file={path}"


def summary(result):
    return result.of_type("summary")[0]


@pytest.fixture
def media(project, fake):
    """A table of 900 items, dumped; every third is gone since."""
    project.env["DDBGIT_TEST_CLOCK"] = str(SPEED)
    table = fake.create("media", [item(n) for n in range(900)])
    project.local(fake.endpoint, "media")
    project.ddbgit("dump")
    for number in range(0, 900, 3):
        table.delete(key(number))
    fake.forget()
    return table


def restore(project, *more, **keywords):
    return project.ddbgit("restore", "--source=backups/dynamodb/local",
                          "--json", *more, **keywords)


# What is asked of the table

def test_keys_are_read_a_hundred_at_a_time(project, fake, media):
    done = restore(project, keys_file(project, range(0, 900, 2)),
                   "--changed-only")
    assert summary(done)["plan"]["added"] == 150
    assert summary(done)["written"] == 150
    assert summary(done)["verification"]["equal"] == 450
    assert fake.count("BatchGetItem") == 10  # five before, five after
    assert fake.count("GetItem") == fake.count("Scan") == 0
    assert len(media.items) == 600 + 150


@pytest.mark.parametrize("kind", ["unprocessed", "throttle", "drop_after",
                                  "flip", "internal", "empty_error"])
def test_faults_on_the_way_change_nothing(project, fake, media, kind):
    fake.fault(kind, operation="BatchGetItem", nth=2, times=4, count=70)
    status = 1 if kind == "empty_error" else 0
    done = restore(project, keys_file(project, range(900)), status=status)
    if status == 0:
        assert summary(done)["plan"]["added"] == 300
        assert len(media.items) == 900


def test_who_may_not_is_told_before_anything_is_written(project, fake, media):
    fake.fault("denied", operation="BatchGetItem", times=1000)
    done = restore(project, keys_file(project, range(900)), status=1)
    assert "Allow dynamodb:BatchGetItem for these credentials" in done.err
    assert fake.count("BatchWriteItem") == 0


def test_reads_by_key_keep_to_the_rate(project, fake, media):
    fake.capacity = capacity.Meter(speed=SPEED)
    restore(project, keys_file(project, range(900)), "--dry-run",
            "--max-rcu=60")
    reads = fake.capacity.reads
    assert sum(units for _, units in reads) == 900
    assert capacity.busiest(reads) < capacity.allowed(reads, 60)


def test_what_an_answer_has_no_room_for_is_asked_for_again(project, fake):
    project.local(fake.endpoint, "media")
    fake.create("media", [item(n, "x" * 50_000) for n in range(70)])
    project.ddbgit("dump")
    fake.get_bytes = 1_500_000  # some thirty items
    done = restore(project, keys_file(project, range(70)), "--changed-only")
    assert summary(done)["plan"]["equal"] == 70
    assert fake.count("BatchGetItem") == 3


@pytest.mark.slow
def test_more_than_an_answer_holds_is_read_in_parts(project, emulator, aws,
                                                    table_name, make_table):
    """16 MB, on the emulator; 400 KB are the most that an item has."""
    numbers = range(50)
    items = [item(n, "x" * 400_000) for n in numbers]
    make_table(table_name)
    project.local(emulator.endpoint, table_name)
    folder = project.snapshot()
    folder.mkdir(parents=True)
    (folder / "table-data.json").write_text(json.dumps({"Items": items}))
    restore(project)
    done = restore(project, keys_file(project, numbers), "--changed-only")
    assert summary(done)["plan"]["equal"] == 50
    assert summary(done)["written"] == 0
    aws.delete_item(TableName=table_name, Key=key(7))
    done = restore(project, keys_file(project, numbers), "--changed-only",
                   "--memory=8M")
    assert summary(done)["written"] == 1
    assert len(scan_all(aws, table_name)) == 50


# What is read of the backup

@pytest.fixture
def chunked(project, fake):
    """A backup in some ten chunks, and a table that has lost everything."""
    table = fake.create("large", [item(n, "text " * 140) for n in range(900)])
    project.local(fake.endpoint, "large")
    project.ddbgit("dump", "--commit", "--layout=chunked")
    table.ledger.clear()
    return table


def chunk_of(project, number):
    """The file of the chunk that an item stands in."""
    word = f'"k{number:05}"'
    found, = [path for path in project.snapshot().glob("table-data/??/*.json")
              if word in path.read_text()]
    return found


def test_a_damaged_chunk_spoils_no_item_of_the_others(project, fake, chunked):
    """Only the chunks with the keys are read, and each is checked."""
    bad = chunk_of(project, 450)
    assert bad != chunk_of(project, 7)
    bad.write_text(bad.read_text().replace("text text", "TEXT text", 1))
    restore(project, status=1)
    done = restore(project, f"--key={json.dumps(key(7))}")
    assert summary(done)["written"] == 1
    assert [i["id"] for i in chunked.items] == [key(7)["id"]]
    done = restore(project, f"--key={json.dumps(key(450))}",
                   f"--key={json.dumps(key(8))}", status=1)
    assert bad.name in done.err
    assert len(chunked.items) == 1


def test_what_the_description_denies_is_refused(project, fake, chunked):
    path = project.snapshot() / "table-metadata.json"
    stated = json.loads(path.read_text())
    args = [f"--key={json.dumps(key(7))}"]
    for name, words in (("itemCount", "it states 901 items and holds 900"),
                        ("dataBytes", "with another length")):
        path.write_text(json.dumps({**stated, name: stated[name] + 1}))
        done = restore(project, *args, status=5)
        assert words in done.err
    assert not chunked.items
    restore(project, *args, "--accept-edited")
    assert len(chunked.items) == 1


def test_keys_all_over_a_revision(project, fake, chunked):
    numbers = [*range(0, 900, 50), 899, 1000]
    done = project.ddbgit("restore", "--rev=HEAD",
                          keys_file(project, numbers), "--json", status=3)
    assert summary(done)["absent"] == 1
    assert [i["id"]["S"] for i in chunked.items] == [
        f"k{number:05}" for number in numbers[:-1]]


# Files of keys

def test_a_bad_line_is_named_and_nothing_is_asked(project, fake, media):
    path = project.path / "keys"
    good = json.dumps(key(1))
    for number, bad in ((1, "k00001"), (3, '{"id":{"N":"1"}}'),
                        (7, '{"id":{"S":"a"},"sort":{"S":"b"}}'),
                        (2000, good + good), (5, good[:-1])):
        lines = [good] * (number - 1) + [bad] + [good] * 3
        path.write_text("\n".join(lines))
        done = restore(project, f"--keys-file={path}", status=2)
        assert re.search(rf"keys:{number}: ", done.err), done.err
        assert "id (S)" in done.err
    # And before the backup is read, which may take minutes.
    (project.snapshot() / "table-data.json").write_text("damaged")
    done = restore(project, f"--keys-file={path}", status=2)
    assert "keys:5: " in done.err
    assert fake.count("BatchGetItem") == fake.count("BatchWriteItem") == 0


def test_a_key_that_comes_again_is_restored_once(project, fake, media):
    lines = [json.dumps(key(3))] * 1000 + ["", "  ", json.dumps(key(6))] * 2
    path = project.path / "keys"
    path.write_text("\r\n".join(lines))
    done = restore(project, f"--keys-file={path}")
    assert summary(done)["items"] == summary(done)["written"] == 2


def test_a_file_without_keys_restores_nothing(project, fake, media):
    done = restore(project, keys_file(project, []))
    assert summary(done)["items"] == 0
    assert fake.count("BatchGetItem") == fake.count("BatchWriteItem") == 0
