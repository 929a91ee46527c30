"""Which file ddbgit verify finds at fault, where more than one could be meant,
and what it must not pass over. The snapshots are written by made_snapshot.py;
test_agreement.py draws such damage at random."""

import shutil

import pytest

import made_history
import made_snapshot

PATH = "backups/dynamodb/prod"
DATA, SCHEMA = "table-data.json", "table-schema.json"
METADATA, SUMMARY = "table-metadata.json", "dump-summary.txt"


def write(project, files):
    folder = project.path / PATH
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def table(form="single", items=9, **more):
    return made_snapshot.Table(
        "prod", form=form, date=1_750_000_000, items={
            n: {"n": {"N": str(n)}} for n in range(items)}, **more)


def commit(project, subject="By hand"):
    project.git("add", "-A", "backups")
    project.git("commit", "-q", "--allow-empty", "-m", subject)
    return project.git("rev-parse", "HEAD")


def found(project, *words, problem=True):
    """{file} of the findings."""
    done = project.ddbgit("verify", *words, "--json", status=None)
    assert done.status in (0, 3), done
    return {one["file"] for one in done.of_type("finding")
            if one["problem"] == problem}


@pytest.mark.parametrize("form", ["single", "chunked", "pieces", "foreign"])
def test_what_python_wrote_is_right(project, form):
    write(project, made_snapshot.files(table(form)))
    assert found(project, "-s", PATH) == set()
    commit(project)
    assert found(project, "--all") == set()


def test_items_that_come_twice_may_be_counted_twice(project):
    files = made_snapshot.foreign(table("foreign"))
    for count in (b'"10"', b'"9"'):
        files[METADATA] = b'{"environment":"prod","itemCount":%s}' % count
        write(project, files)
        assert found(project, "-s", PATH) == set()
    files[METADATA] = b'{"environment":"prod","itemCount":8}'
    write(project, files)
    assert found(project, "-s", PATH) == {DATA}
    files[METADATA] = b'{"environment":"prod"}'
    for count, wrong in ((b"10", False), (b"9", False), (b"11", True)):
        write(project, {**files, DATA: files[DATA].replace(
            b'"Count": 10', b'"Count": ' + count)})
        assert found(project, "-s", PATH) == ({DATA} if wrong else set())


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_data_that_is_no_file(project, kind):
    folder = write(project, made_snapshot.files(table()))
    commit(project)
    (folder / DATA).unlink()
    if kind == "link":
        (folder / DATA).symlink_to(SCHEMA)
    else:
        (folder / DATA).mkdir()
        (folder / DATA / "inside").write_text("x")
    damaged = commit(project)
    done = project.ddbgit("verify", "--all", "--json", status=3)
    assert {(one["commit"], one["file"]) for one in done.of_type("finding")
            if one["problem"]} == {(damaged, DATA)}
    assert found(project, "HEAD") == {DATA}


@pytest.mark.parametrize("form", ["chunked", "pieces"])
def test_an_index_that_cannot_be_read_condemns_no_chunk(project, form):
    folder = write(project, made_snapshot.files(table(form)))
    data = (folder / DATA).read_bytes()
    for damage in (b"", b"z" + data[1:], data[:-5],
                   data.replace(b"true", b"\"no\"", 1)):
        (folder / DATA).write_bytes(damage)
        assert found(project, "-s", PATH) == {DATA}
    # What bears no name of ddbgit's is none of its files in any case.
    (folder / "table-data" / "notes").write_text("mine")
    assert found(project, "-s", PATH) == {DATA, "table-data/notes"}
    (folder / DATA).write_bytes(data)
    (folder / SCHEMA).unlink()
    assert found(project, "-s", PATH) == {SCHEMA, "table-data/notes"}


def test_an_index_file_that_cannot_be_read_is_at_fault(project):
    files = made_snapshot.files(table("pieces"))
    index = next(path for path in files if "/index/" in path)
    folder = write(project, files)
    (folder / index).unlink()
    (folder / index).symlink_to("elsewhere")
    commit(project)
    assert found(project) == {index}
    (folder / index).unlink()
    (folder / index).write_bytes(files[index])
    commit(project)
    blob = project.git("rev-parse", f"HEAD:{PATH}/{index}")
    (project.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert found(project) == {index}


def test_a_layout_that_only_the_metadata_states(project):
    """Also where the items are those of a backup that was looked at."""
    folder = write(project, made_snapshot.files(table()))
    text = (folder / METADATA).read_bytes()
    (folder / METADATA).write_bytes(text.replace(b'"single"', b'"chunked"'))
    damaged = commit(project)
    assert found(project, "HEAD") == {METADATA}
    (folder / METADATA).write_bytes(text)
    commit(project)
    done = project.ddbgit("verify", "--all", "--json", status=3)
    assert {(one["commit"], one["file"]) for one in done.of_type("finding")
            if one["problem"]} == {(damaged, METADATA)}


def test_a_count_that_only_one_of_two_equal_backups_states(project):
    files = made_snapshot.foreign(table("foreign"))
    files[METADATA] = b'{"environment":"prod","itemCount":0}'
    write(project, files)
    damaged = commit(project)
    files[METADATA] = b'{"environment":"prod"}'
    write(project, files)
    commit(project)
    done = project.ddbgit("verify", "--all", "--json", status=3)
    assert {(one["commit"], one["file"]) for one in done.of_type("finding")
            if one["problem"]} == {(damaged, DATA)}


def test_all_files_that_are_missing_are_named(project):
    folder = write(project, made_snapshot.files(table()))
    (folder / SUMMARY).unlink()
    (folder / SCHEMA).unlink()
    assert found(project, "-s", PATH) == {SUMMARY, SCHEMA}
    # Only ddbgit writes chunks.
    folder = write(project, made_snapshot.files(table("pieces")))
    for name in (SUMMARY, SCHEMA, METADATA):
        (folder / name).unlink()
    assert found(project, "-s", PATH) == {SUMMARY, SCHEMA, METADATA}


def test_an_index_out_of_order_is_at_fault_and_not_its_chunks(project):
    files = made_snapshot.files(table("pieces"))
    folder = write(project, files)
    index = next(path for path, data in files.items() if "/index/" in path
                 and data.count(b'"first"') == 2)
    for path in (index, DATA):
        head, first, second, *rest = files[path].split(b"\n")
        swapped = [second.rstrip(b",") + b",", first.rstrip(b",") +
                   (b"," if second.endswith(b",") else b"")]
        (folder / path).write_bytes(b"\n".join([head, *swapped, *rest]))
        assert path in found(project, "-s", PATH)
        assert not [one for one in found(project, "-s", PATH)
                    if one.startswith("table-data/") and "index" not in one]
        (folder / path).write_bytes(files[path])


def test_a_lost_backup_before_is_no_fault_of_this_one(project):
    before, after = table(), table(items=8)
    write(project, made_snapshot.files(before))
    commit(project)
    blob = project.git("rev-parse", f"HEAD:{PATH}/{DATA}")
    write(project, made_snapshot.files(after))
    commit(project, made_history.message(after, before, after.stated))
    assert found(project) == set()
    (project.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert found(project) == set()


def test_a_folder_without_a_backup_is_nothing_to_compare_with(
        project, fake):
    """A README stood there before the first dump."""
    fake.create("prod-t", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "prod-t", env="prod")
    write(project, {"README": b"Ours"})
    commit(project)
    project.ddbgit("dump", "--env=prod", "--commit")
    assert "\nFirst backup\n" in project.git("log", "-1", "--format=%B")
    changes = project.ddbgit("show", "--json").records[0]["changes"]
    assert (changes["kind"], changes["added"]) == ("first", 1)
    assert found(project) == set()
