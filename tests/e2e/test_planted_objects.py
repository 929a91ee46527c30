"""Objects whose bytes are not those that their ids are of: sound for zlib and
JSON, and often a whole other backup. Whatever hands out what a backup holds
refuses them and names the object."""

import pytest

import planted

PATH = "backups/dynamodb/dev"
COMMANDS = [("restore", "--env=dev", "--rev=HEAD", "--dry-run"),
            ("cat", "HEAD"), ("diff", "HEAD~1", "HEAD"), ("show", "HEAD"),
            ("verify", "HEAD"), ("verify", "--all")]
# An object and what it gets the bytes of, where that is not made of it.
OBJECTS = {
    "items": f"HEAD:{PATH}/table-data.json",
    "schema": f"HEAD:{PATH}/table-schema.json",
    "folder": f"HEAD:{PATH}",
    "folder above": "HEAD:backups",
    "tree": "HEAD^{tree}",
    "commit": "HEAD",
}


@pytest.fixture
def media(project, fake):
    """Two backups, of 20 items and of 19 of them."""
    fake.create("media", [{"id": {"S": f"k{n:03d}"}, "n": {"N": str(n)}}
                          for n in range(20)])
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("dump", "--env=dev", "--commit")
    fake.tables["media"].delete({"id": {"S": "k007"}})
    project.ddbgit("dump", "--env=dev", "--commit")
    return project


def other_bytes(project, what):
    """Trees get those of the backup before; the rest differs in a letter."""
    name = OBJECTS[what]
    kind, data = planted.read(project, name)
    if kind == b"tree":
        data = planted.read(project, name.replace("HEAD", "HEAD~1"))[1]
    elif kind == b"commit":
        data = data.replace(b"19 items", b"20 items")
    else:
        at = data.index(b'"S"')
        data = data[:at] + b'"N"' + data[at + 3:]
    assert data != planted.read(project, name)[1]
    return data


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
@pytest.mark.parametrize("what", OBJECTS)
def test_an_object_with_other_bytes_is_named(media, what, packed):
    id_ = planted.plant(media, OBJECTS[what], other_bytes(media, what), packed)
    for words in COMMANDS:
        done = media.ddbgit(*words, status=None)
        assert done.status in (1, 3), str(done)
        said = done.out + done.err
        assert id_[:7] in said or "is damaged" in said, str(done)


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
@pytest.mark.parametrize("name", ["HEAD~1", "HEAD~1^{tree}",
                                  "HEAD~1:backups/dynamodb", f"HEAD~1:{PATH}"])
def test_one_in_the_middle_hides_no_backup_from_verify(media, fake, name,
                                                       packed):
    fake.tables["media"].delete({"id": {"S": "k008"}})
    media.ddbgit("dump", "--env=dev", "--commit")
    kind, data = planted.read(media, name)
    if kind == b"tree":
        # As if nothing had changed in that backup.
        data = planted.read(media, name.replace("HEAD~1", "HEAD~2"))[1]
    else:
        data = data.replace(b"Dump", b"Took", 1)
    id_ = planted.plant(media, name, data, packed)
    done = media.ddbgit("verify", "--all", status=None)
    assert done.status in (1, 3), str(done)
    assert id_ in done.out + done.err, str(done)
    # As `git log`, which compares no ids with bytes either.
    listed = media.ddbgit("log", "--json").of_type("backup")
    assert len(listed) == (2 if kind == b"tree" else 3)
