"""ddbgit verify: whatever is done to a backup is found and named."""

import json
import pathlib
import re
import shutil

import pytest

import chunks

SMALL = [{"id": {"S": f"k{n:03d}"}, "n": {"N": str(n)}} for n in range(5)]
FOUR = ["table-data.json", "table-schema.json", "table-metadata.json",
        "dump-summary.txt"]
PATH = "backups/dynamodb/dev"


@pytest.fixture
def media(project, fake):
    """Backups of dev and prod in one commit each."""
    for env, items in (("prod", SMALL[:3]), ("dev", SMALL)):
        fake.create(f"{env}-media", items)
        project.local(fake.endpoint, f"{env}-media", env=env)
        project.ddbgit("dump", f"--env={env}", "--commit")
    return project


@pytest.fixture
def chunked(project, fake):
    """A backup of seven chunks or so."""
    fake.create("dev-media", [
        {"id": {"S": f"k{n:04d}"}, "text": {"S": f"{n:04d}" * 200}}
        for n in range(500)])
    project.local(fake.endpoint, "dev-media", env="dev")
    project.ddbgit("dump", "--env=dev", "--commit", "--layout=chunked")
    return project


def folder(project):
    return project.path / PATH


def findings(done, problem=True):
    return [(found["file"], found["message"])
            for found in done.of_type("finding")
            if found["problem"] == problem]


def files_of(done):
    return {file for file, _ in findings(done)}


def verify(project, *words, status=0):
    done = project.ddbgit("verify", *words, "--json", status=status)
    assert done.records[-1]["problems"] == len(findings(done))
    assert (status == 0) == (findings(done) == [])
    return done


def expect(project, files, *words):
    """The damage is found in a directory, and in a commit by hand."""
    done = verify(project, f"--source={PATH}", *words, status=3)
    assert files <= files_of(done), str(done)
    return done


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


# ---- undamaged ---------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.parametrize("layout", ["media", "chunked"])
def test_nothing_is_wrong(request, layout):
    project = request.getfixturevalue(layout)
    for words in ([], ["HEAD"], ["--all"], [f"--source={PATH}"], [f"./{PATH}"],
                  [f"HEAD:{PATH}"], ["--from=dev"], [f"--path={PATH}"],
                  ["--env=dev"]):
        done = verify(project, *words)
        assert findings(done, problem=False) == [], str(done)
    # Line ends of a checkout are no damage.
    for file in folder(project).rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    verify(project, f"--source={PATH}")


def test_for_people(media):
    done = media.ddbgit("verify")
    commit = media.git("rev-parse", "HEAD")[:7]
    before = media.git("rev-parse", "HEAD~1")[:7]
    assert done.out == (
        f"HEAD:{PATH} (commit {commit})\n  ok       5 items\n"
        f"HEAD:backups/dynamodb/prod (commit {before})\n"
        "  ok       3 items\n")
    assert "Verified 2 backups: nothing is wrong" in done.err
    (folder(media) / "dump-summary.txt").unlink()
    done = media.ddbgit("verify", "-s", PATH, status=3)
    assert done.out == (
        f"{PATH}\n  problem  dump-summary.txt: is missing\n"
        "  damaged  1 problem\n")
    assert "damaged: 1 of 1 backup; 1 problem found" in done.err


# ---- damage to files ---------------------------------------------------


def test_each_byte_of_each_file(media):
    """A bit of any byte (every 41st, to be quick)."""
    silent = set()
    for name in FOUR:
        path = folder(media) / name
        data = path.read_bytes()
        for at in range(0, len(data), 41):
            path.write_bytes(flipped(data, at))
            done = media.ddbgit("verify", "-s", PATH, "--json", status=None)
            assert done.status in (0, 3), str(done)
            if done.status == 0:
                silent.add((name, data[:at].rsplit(b"\n", 1)[-1].split(
                    b'"')[1].decode() if b'"' in data[:at] else ""))
            else:
                assert name in files_of(done) or name == FOUR[2], str(done)
        path.write_bytes(data)
    # Facts that stand nowhere else: what a digit of them was cannot be known.
    assert {member for _, member in silent} <= {
        "scanStarted", "scanFinished", "tableArn", "tableId", "tableCreated",
        "toolVersion"}
    assert {name for name, _ in silent} <= {"table-metadata.json"}


@pytest.mark.parametrize("name", FOUR)
def test_cut_missing_and_of_another_environment(media, name):
    path = folder(media) / name
    data = path.read_bytes()
    for size in (0, 1, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        expect(media, {name})
    path.unlink()
    expect(media, {name})
    other = media.path / "backups/dynamodb/prod" / name
    shutil.copy(other, path)
    # Swapped metadata and summary disagree with what is right.
    done = expect(media, set())
    assert files_of(done) & {name, "table-data.json"}
    # All four of another environment agree, but for the folder's name.
    for each in FOUR:
        shutil.copy(other.parent / each, folder(media) / each)
    assert findings(expect(media, {"table-metadata.json"})) == [
        ("table-metadata.json",
         "is of environment 'prod', its folder of 'dev'")]


def test_all_that_is_wrong_is_listed(media):
    (folder(media) / "table-schema.json").write_text("{")
    (folder(media) / "dump-summary.txt").unlink()
    data = folder(media) / "table-data.json"
    data.write_text(data.read_text().replace('"Count":5,', '"Count":6,', 1))
    (folder(media) / "table-data").mkdir()
    (folder(media) / "table-data" / "notes.txt").write_text("mine")
    obsolete = folder(media) / "table-data" / "ab" / ("c" * 30 + ".json")
    obsolete.parent.mkdir()
    obsolete.write_text("{}")
    (folder(media) / "README").write_text("beside is anybody's")
    done = expect(media, {"table-schema.json", "table-data.json",
                          "table-data/notes.txt",
                          f"table-data/ab/{'c' * 30}.json"})
    assert "README" not in files_of(done)
    # The summary tells of the definition, and is judged with it.
    shutil.copy(media.path / "backups/dynamodb/prod/table-schema.json",
                folder(media) / "table-schema.json")
    done = expect(media, {"table-schema.json", "dump-summary.txt"})
    assert ("table-data.json",
            'holds 5 items, its "Count" is 6') in findings(done)
    assert any("is of table 'prod-media'" in what
               for _, what in findings(done))


def test_edited_items(media):
    data = folder(media) / "table-data.json"
    text = data.read_text()
    lines = text.split("\n")
    for edited, what in (
            (text.replace('"N":"3"', '"N":"4"'), "not those of dataSha256"),
            ("\n".join([*lines[:2], lines[3], lines[2], *lines[4:]]),
             "not in the order of keys"),
            ("\n".join(lines[:2] + lines[1:2] + lines[2:]).replace(
                "Count\":5", "Count\":6"), "whose key comes again"),
            (json.dumps(json.loads(text)), "not as ddbgit wrote them"),
            (text.replace("ScannedCount", "ScannedCuont"),
             "not as ddbgit wrote them")):
        assert edited != text
        data.write_text(edited)
        done = expect(media, {"table-data.json"})
        assert any(what in message for _, message in findings(done)), str(done)


def test_each_chunk(chunked):
    parts = chunks.chunk_paths(folder(chunked))
    assert len(parts) >= 4
    relative = [str(path.relative_to(folder(chunked))) for path in parts]
    whole = [path.read_bytes() for path in parts]
    for at, path in enumerate(parts):
        other = whole[(at + 1) % len(parts)]
        size = len(whole[at])
        for damage in (whole[at][:size // 2], whole[at][:-1],
                       flipped(whole[at], 5), flipped(whole[at], size // 2),
                       flipped(whole[at], size - 3), other, b""):
            path.write_bytes(damage)
            done = expect(chunked, {relative[at]})
            assert files_of(done) == {relative[at]}, str(done)
        path.write_bytes(whole[at])
    # All at once, each is named; and one that nothing names.
    for at, path in enumerate(parts):
        if at % 2:
            path.unlink()
        else:
            path.write_bytes(whole[at][:-10])
    stray = folder(chunked) / "table-data" / "00" / ("0" * 30 + ".json")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(whole[0])
    done = expect(chunked, {*relative, str(stray.relative_to(folder(chunked)))})
    assert len(findings(done)) == len(parts) + 1


def test_the_index_of_chunks(chunked):
    index = folder(chunked) / "table-data.json"
    text = index.read_text()
    lines = text.split("\n")
    dropped = re.sub(r'"Count":500', '"Count":%d' % (
        500 - json.loads(lines[2].rstrip(","))["count"]), "\n".join(
            lines[:2] + lines[3:]))
    for damage in (text[:-5], text.replace('"count":', '"cuont":', 1),
                   text.replace('"Count":500', '"Count":501'),
                   "\n".join([lines[0], lines[2], lines[1], *lines[3:]]),
                   text.replace('"bytes":', '"bytes":1', 1), dropped,
                   text.replace('[\n', '[\n ', 1),
                   text.replace('"sha256":"', '"sha256":"0', 1)):
        assert damage != text
        index.write_text(damage)
        done = expect(chunked, set())
        assert files_of(done), str(done)
    index.write_text(dropped)
    done = expect(chunked, {"table-data.json"})
    assert any("names no such file" in what for _, what in findings(done))
    index.unlink()
    expect(chunked, {"table-data.json"})


# ---- in Git ------------------------------------------------------------


def commit_damage(project):
    """What was done to a file of the snapshot, as a commit of the same
    message."""
    project.git("add", "-A", "backups")
    project.git("commit", "-q", "--amend", "--no-edit")


@pytest.mark.parametrize("name", FOUR)
def test_damage_in_a_revision_a_bare_and_a_packed_repository(media, name):
    path = folder(media) / name
    data = path.read_bytes()
    path.write_bytes(data[:-3])
    commit_damage(media)
    for words in ([], ["HEAD"], ["--all"], ["main", "--from=dev"]):
        assert name in files_of(verify(media, *words, status=3))
    verify(media, "--from=prod")
    media.git("gc", "-q")
    assert name in files_of(verify(media, status=3))
    bare = media.path.parent / "bare.git"
    media.git("clone", "-q", "--bare", ".", bare)
    for words in (["HEAD"], ["--all"]):
        done = media.ddbgit("-C", bare, "verify", *words, "--json", status=3)
        assert name in files_of(done)
    # And the file gone altogether, which for the data hides the backup.
    path.unlink()
    commit_damage(media)
    for words in ([], ["--all"]):
        assert (name, "is missing") in findings(verify(media, *words,
                                                       status=3))


def rewrite(project, name, value):
    message = project.git("log", "-1", "--format=%B")
    new = re.sub(rf"(?m)^{name}: .*$\n?",
                 f"{name}: {value}\n" if value is not None else "",
                 message + "\n")
    assert new != message + "\n"
    project.git("commit", "-q", "--amend", "-m", new)


TRAILERS = {"Ddbgit-Format": "2", "Ddbgit-Environment": "prod",
            "Ddbgit-Table": "x", "Ddbgit-Region": "eu-west-1",
            "Ddbgit-Items": "6", "Ddbgit-Changes": "+5 ~1 -0",
            "Ddbgit-Data-SHA256": "0" * 64,
            "Ddbgit-Dump-Date": "2025-01-01T00:00:00Z",
            "Ddbgit-Path": "backups/dynamodb/other"}


@pytest.mark.parametrize("name", TRAILERS)
def test_a_rewritten_trailer(media, name):
    written = media.git("rev-parse", "HEAD")
    for value in (TRAILERS[name], None):
        media.git("reset", "-q", "--hard", written)
        rewrite(media, name, value)
        for words in (["--from=dev"], ["--all"]):
            if name == "Ddbgit-Changes" and words == ["--all"]:
                continue  # not counted again there
            done = verify(media, *words, status=3)
            assert len(findings(done)) == 1
            assert findings(done)[0][0] is None
            assert name in findings(done)[0][1]
    # A later commit is not asked what it says of the backup.
    media.git("commit", "-q", "--allow-empty", "-m", "Ddbgit-Items: 9")
    assert len(findings(verify(media, "--from=dev", status=3))) == 1


def test_committed_by_hand_is_noted(media):
    media.git("commit", "-q", "--amend", "-m", "A backup, by hand")
    done = verify(media, "--from=dev")
    assert findings(done, problem=False) == [
        (None, "has no trailers of ddbgit: committed by hand")]
    # With --all it is counted, and shown on request.
    assert "by hand" not in media.ddbgit("verify", "--all").out
    assert "by hand" in media.ddbgit("verify", "--all", "-v").out


def test_a_lost_object(media):
    blob = media.git("rev-parse", f"HEAD:{PATH}/table-data.json")
    path = media.path / ".git" / "objects" / blob[:2] / blob[2:]
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(data[:-5])
    assert "table-data.json" in files_of(verify(media, status=3))
    path.unlink()
    assert "table-data.json" in files_of(verify(media, status=3))


# ---- the history -------------------------------------------------------


def test_all_reads_each_object_once(media, fake):
    # A backup of the same items under another name: a forced second one.
    fake.tables["dev-media"].put({"id": {"S": "new"}})
    media.ddbgit("dump", "--env=dev", "--commit", "--tag=two")
    media.git("revert", "--no-edit", "HEAD")
    done = verify(media, "--all")
    summary = done.records[-1]
    assert (summary["backups"], summary["distinct"]) == (4, 3)
    assert [one["repeated"] for one in done.of_type("verified")] == [
        False, False, True, False]
    # What only a tag reaches; and damage in the middle of the history.
    media.git("checkout", "-q", "--orphan", "aside")
    data = folder(media) / "table-data.json"
    data.write_text(data.read_text()[:-9])
    media.git("add", "-A", "backups")
    media.git("commit", "-q", "-m", "By hand")
    media.git("tag", "aside-tag")
    media.git("checkout", "-q", "main")
    media.git("branch", "-q", "-D", "aside")
    done = verify(media, "--all", status=3)
    assert [one["name"] for one in done.of_type("verified")
            if one["problems"]] == [f"aside-tag:{PATH}"]
    assert done.records[-1]["damaged"] == 1


def test_all_of_chunks(chunked, fake):
    for n in (3, 77):
        fake.tables["dev-media"].put({"id": {"S": f"k0{n:03d}"},
                                      "text": {"S": "edited"}})
        chunked.ddbgit("dump", "--env=dev", "--commit", "--layout=chunked")
    done = verify(chunked, "--all")
    assert done.records[-1]["backups"] == 3
    assert done.records[-1]["byChunks"] == 2
    parts = chunks.chunk_paths(folder(chunked))
    parts[-1].write_bytes(parts[-1].read_bytes()[:-1])
    commit_damage(chunked)
    done = verify(chunked, "--all", status=3)
    assert files_of(done) == {str(parts[-1].relative_to(folder(chunked)))}
    assert done.records[-1]["damaged"] == 1


# ---- old and foreign dumps ---------------------------------------------


def test_dumps_of_the_scripts(project):
    old = project.path / "old"
    old.mkdir()
    items = [{"id": {"S": "b"}}, {"id": {"S": "a"}}]
    (old / "table-data.json").write_text(json.dumps(
        {"Items": items, "Count": 2, "ScannedCount": 2}, indent=4))
    done = verify(project, "-s", "old")
    assert [file for file, _ in findings(done, problem=False)] == [
        "table-schema.json", "table-metadata.json"]
    (old / "table-schema.json").write_text(json.dumps({"Table": {
        "TableName": "media", "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"}]}}))
    metadata = {"tableName": "media", "environment": "prod", "itemCount": 2,
                "dumpDate": "2025-01-27T10:00:00Z", "awsRegion": "us-east-1"}
    (old / "table-metadata.json").write_text(json.dumps(metadata))
    done = verify(project, "-s", "old")
    assert [file for file, _ in findings(done, problem=False)] == [
        "table-metadata.json"]
    (old / "table-metadata.json").write_text(
        json.dumps({**metadata, "itemCount": 3}))
    assert findings(verify(project, "-s", "old", status=3)) == [
        ("table-data.json", "holds 2 items, the metadata states 3")]


# ---- usage -------------------------------------------------------------


@pytest.mark.parametrize("words, status, message", [
    (["HEAD", "-s", "x"], 2, "exclude each other"),
    (["--from=a", "--path=b"], 2, "exclude each other"),
    (["--all", "HEAD"], 2, "takes no REV"),
    (["--all", "--drill"], 2, "looks at files"),
    (["--drill", "--against=live"], 2, "exclude each other"),
    (["live"], 2, "'live' is no backup"),
    (["none"], 1, "unknown revision"),
    (["-s", "none"], 1, "there is no directory none"),
    (["--from=none"], 1, "no snapshot of environment none"),
])
def test_usage(media, words, status, message):
    assert message in media.ddbgit("verify", *words, status=status).err


def test_an_empty_directory_and_an_empty_history(project):
    (project.path / "empty").mkdir()
    done = verify(project, "-s", "empty", status=3)
    assert ("table-data.json", "is missing") in findings(done)
    assert "No backups found" in project.ddbgit("verify", "--all").err
    assert pathlib.Path(project.path / "empty").exists()
