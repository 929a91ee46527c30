"""Repositories that cannot be written, or whose own files are damaged: a dump
names the trouble, changes nothing, and works again once it is mended."""

import os
import shutil
import subprocess

import pytest

DUMP = ["dump", "--env=dev", "--commit"]
SNAPSHOT = "backups/dynamodb/dev"


@pytest.fixture
def media(project, fake):
    """A project with one backup of a table that has changed since."""
    fake.create("media", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "media", env="dev")
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    project.ddbgit(*DUMP)
    fake.tables["media"].put({"id": {"S": "b"}})
    return project


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def read_only():
    """read_only(FOLDER) makes it so, also for root, until its end()."""
    mounted = []

    def make(folder):
        def end():
            while mounted:
                subprocess.run(["umount", mounted.pop()], check=True)
            for path in [folder, *folder.rglob("*")]:
                path.chmod(path.stat().st_mode | 0o200)
        if os.geteuid():
            for path in [folder, *folder.rglob("*")]:
                path.chmod(path.stat().st_mode & ~0o222)
            return end
        bound = subprocess.run(["mount", "--bind", folder, folder],
                               check=False, capture_output=True)
        if bound.returncode:
            pytest.skip("root may write anywhere, and cannot mount here")
        mounted.append(folder)
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        return end
    yield make
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("name", [".git", ".git/objects", ".git/refs",
                                  SNAPSHOT])
def test_a_folder_that_cannot_be_written_is_named(media, read_only, name):
    folder = media.path / name
    old = content(media.path / ".git"), content(media.path / SNAPSHOT)
    head = media.git("rev-parse", "HEAD")
    writable = read_only(folder)
    failed = media.ddbgit(*DUMP, status=1)
    assert "Read-only file system" in failed.err or (
        "Permission denied" in failed.err), str(failed)
    assert name.split("/")[0] in failed.err
    assert media.git("rev-parse", "HEAD") == head
    assert content(media.path / SNAPSHOT) == old[1] or name == ".git/refs"
    # What is read needs no writing.
    assert media.ddbgit("log", "--json").of_type("summary")
    media.ddbgit("restore", "--env=dev", "--source", SNAPSHOT, "--dry-run")
    writable()
    media.ddbgit(*DUMP)
    assert len(media.items("dev")) == 2
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert media.git("fsck", "--strict", "--no-dangling") == ""


def overwrite(data):
    def spoil(path):
        path.write_bytes(data)
    return spoil


def cut(path):
    path.write_bytes(path.read_bytes()[:-10])


def turn(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def into_a_folder(path):
    path.unlink()
    path.mkdir()


# A file in .git, what becomes of it, what the error names.
DAMAGES = [
    ("HEAD", "empty", overwrite(b""), "HEAD"),
    ("HEAD", "zeros", overwrite(bytes(41)), "HEAD"),
    ("HEAD", "garbage", overwrite(b"what is this\n"), "HEAD"),
    ("HEAD", "of a commit that is not there", overwrite(b"7" * 40 + b"\n"),
     "HEAD"),
    ("refs/heads/main", "empty", overwrite(b""), "refs/heads/main"),
    ("refs/heads/main", "zeros", overwrite(bytes(41)), "refs/heads/main"),
    ("refs/heads/main", "cut", cut, "refs/heads/main"),
    ("refs/heads/main", "of a commit that is not there",
     overwrite(b"7" * 40 + b"\n"), ""),
    ("index", "empty", overwrite(b""), "index"),
    ("index", "zeros", overwrite(bytes(200)), "index"),
    ("index", "cut", cut, "index"),
    ("index", "of a bit turned", turn, "index"),
    ("index", "a folder", into_a_folder, "index"),
    ("config", "garbage", overwrite(b"[core\nfoo"), "config"),
]


@pytest.mark.parametrize(
    "name, spoil, names", [pytest.param(name, spoil, names,
                                        id=f"{name} {what}")
                           for name, what, spoil, names in DAMAGES])
def test_a_damaged_file_of_gits_is_named(media, name, spoil, names):
    path = media.path / ".git" / name
    kept = path.read_bytes()
    before = content(media.path / SNAPSHOT)
    spoil(path)
    spoiled = content(media.path / ".git")
    failed = media.ddbgit(*DUMP, status=None)
    assert failed.status in (1, 5), str(failed)
    assert "[ERROR]" in failed.err and names in failed.err, str(failed)
    assert content(media.path / SNAPSHOT) == before, str(failed)
    after = content(media.path / ".git")
    for own in (set(after) & set(spoiled)) - {"ddbgit/last-check"}:
        assert after[own] == spoiled[own], own
    assert not [path for path in after if path.endswith(".lock")]
    if path.is_dir():
        path.rmdir()
    path.write_bytes(kept)
    media.ddbgit(*DUMP)
    assert len(media.items("dev")) == 2
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert media.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("name", ["ddbgit", "ddbgit/intent", "ddbgit/locks",
                                  "ddbgit/last-check"])
def test_what_stands_in_the_way_of_our_own_files(media, name):
    """A folder for a file, and a file for a folder."""
    path = media.path / ".git" / name
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    if name in ("ddbgit", "ddbgit/locks"):
        path.write_text("a file")
    else:
        path.mkdir(parents=True)
    done = media.ddbgit(*DUMP, status=None)
    if done.status:
        assert done.status == 1 and str(path.name) in done.err, str(done)
    else:
        assert "[WARNING]" in done.err, str(done)
    assert not list((media.path / ".git").rglob("*.lock"))
    assert not (media.path / SNAPSHOT / ".ddbgit").exists()
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()
    media.ddbgit(*DUMP)
    assert len(media.items("dev")) == 2


def test_an_index_of_many_entries_keeps_them_all(media):
    blob = media.git("rev-parse", "HEAD:README")
    many = 100_000
    media.run("git", "update-index", "--index-info", stdin="".join(
        f"100644 {blob}\tmany/{n % 100}/{n}\n" for n in range(many)))
    media.ddbgit(*DUMP)
    entries = media.git("ls-files", "-s", "many").splitlines()
    assert len(entries) == many
    assert media.git("diff", "--cached", "--name-only",
                     "--", "backups") == ""
    assert media.git("show", "--format=", "--name-only", "HEAD").split() == [
        f"{SNAPSHOT}/{name}" for name in (
            "dump-summary.txt", "table-data.json", "table-metadata.json")]
