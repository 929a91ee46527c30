"""Repositories and folders that are not as a dump would like them."""

import random
import shutil
import subprocess
import time

import pytest

DUMP = ["dump", "--env=dev", "--commit"]
DATA = "backups/dynamodb/dev/table-data.json"


@pytest.fixture
def media(project, fake):
    """A project whose table of one item is not dumped yet."""
    fake.create("media", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "media", env="dev")
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    return project


def stage_conflict(project, *paths):
    """What a `git stash pop` leaves that could not merge."""
    blob = project.git("rev-parse", "HEAD:README")
    project.run("git", "update-index", "--index-info", stdin="".join(
        f"0 {'0' * 40}\t{path}\n"
        f"100644 {blob} 2\t{path}\n100644 {blob} 3\t{path}\n"
        for path in paths))


def during_the_scan(fake, act):
    """Lets something happen in the project while a dump reads the table."""
    answer = fake.answer

    def acting(headers, raw):
        if headers["x-amz-target"].endswith(".Scan"):
            fake.answer = answer
            act()
        return answer(headers, raw)
    fake.answer = acting


def test_a_conflict_that_comes_meanwhile_ends_with_the_commit(media, fake):
    media.ddbgit(*DUMP)
    fake.tables["media"].put({"id": {"S": "b"}})
    during_the_scan(fake, lambda: stage_conflict(media, DATA))
    media.ddbgit(*DUMP)
    assert media.git("ls-files", "--unmerged") == ""
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert media.git("fsck", "--strict", "--no-dangling") == ""


def test_a_conflict_in_the_index_is_refused(media, fake):
    media.ddbgit(*DUMP)
    stage_conflict(media, DATA)
    assert f"'{DATA}' is unmerged" in media.ddbgit(*DUMP, status=5).err


@pytest.mark.parametrize("layout", ["single", "chunked"])
def test_a_merge_in_the_middle_is_told_with_a_way_out(media, fake, layout):
    dump = [*DUMP, f"--layout={layout}"]
    media.ddbgit(*dump)
    media.git("branch", "other")
    for branch, names in (("main", "bc"), ("other", "d")):
        media.git("checkout", "-q", branch)
        fake.tables["media"].items.clear()
        for name in names:
            fake.tables["media"].put({"id": {"S": name}})
        media.env["DDBGIT_TEST_CLOCK"] = f"{2000 + ord(names[0])}"
        media.ddbgit(*dump)
    folder = media.snapshot("dev")
    mine = (folder / "table-data.json").read_bytes()
    media.run("git", "merge", "main", status=1)
    way = "git checkout --no-overlay HEAD -- FOLDER"
    source = f"--source={folder}"
    plain = [word for word in dump if word != "--commit"]
    for words in (plain, ["restore", "--env=dev", source], ["cat", folder]):
        assert way in media.ddbgit(*words, status=1).err, words
    media.git("checkout", "--no-overlay", "HEAD", "--",
              "backups/dynamodb/dev/table-metadata.json")
    for words in (["restore", "--env=dev", source], ["cat", folder]):
        assert way in media.ddbgit(*words, status=1).err, words
    media.git(*way.replace("FOLDER", str(folder)).split()[1:])
    assert (folder / "table-data.json").read_bytes() == mine
    media.git("commit", "-qm", "Merge")
    media.ddbgit("verify", "HEAD")
    assert "WARNING" not in media.ddbgit("diff", "--env=dev",
                                         "HEAD", "live").err


def test_a_default_tag_that_is_taken_meanwhile_gives_way(media, fake):
    taken = []
    del media.env["DDBGIT_TEST_CLOCK"]  # its day ends early

    def take():
        taken.append(time.strftime("dev-%Y%m%d", time.gmtime()))
        media.git("tag", taken[0])
    during_the_scan(fake, take)
    media.ddbgit(*DUMP, "--tag")
    head = media.git("rev-parse", "HEAD")
    assert media.git("rev-parse", f"{taken[0]}.2^{{commit}}") == head


@pytest.mark.parametrize("make", [
    ["init", "-q", "--object-format=sha256"],
    ["config", "extensions.refStorage", "reftable"],
    ["config", "extensions.partialClone", "origin"],
])
def test_a_repository_that_libgit2_cannot_open_is_refused(media, fake, make):
    if make[0] == "init":
        media.run("rm", "-rf", ".git")
    else:
        media.git("config", "core.repositoryFormatVersion", "1")
    media.git(*make)
    refused = media.ddbgit(*DUMP, status=5)
    assert "which libgit2 cannot open" in refused.err
    assert not fake.requests


def test_what_a_partial_clone_lacks_is_no_damage(media, fake, tmp_path):
    media.ddbgit(*DUMP, "--tag=first")
    fake.tables["media"].put({"id": {"S": "more"}})
    media.ddbgit(*DUMP)
    media.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    media.git("clone", "-q", "--filter=blob:none", f"file://{media.path}",
              clone)
    assert media.ddbgit("cat", "HEAD", cwd=clone).out
    lacks = media.ddbgit("cat", "first", cwd=clone, status=1)
    assert f"'{clone}/' is a partial clone in which '" in lacks.err
    assert "damaged" not in lacks.err
    advice = "git fetch --refetch --no-filter"
    assert advice in lacks.err
    media.run(*advice.split(), cwd=clone)
    assert media.ddbgit("cat", "first", cwd=clone).out


@pytest.mark.parametrize("name", [
    "/table-data.json", "/table-schema.json", "/dump-summary.txt", "", ":"])
@pytest.mark.parametrize("spoil", [
    lambda path: path.unlink(),
    lambda path: path.write_bytes(bytes(255 - b for b in path.read_bytes()))],
    ids=["missing", "corrupt"])
def test_a_damaged_tip_is_named_and_nothing_is_committed(media, name, spoil):
    media.ddbgit(*DUMP)
    head = media.git("rev-parse", "HEAD")
    # ":" is the folder above the snapshots, "" the snapshot's own.
    where = "" if name == ":" else "/dev" + name
    damaged = media.git("rev-parse", f"HEAD:backups/dynamodb{where}")
    path = media.path / ".git/objects" / damaged[:2] / damaged[2:]
    path.chmod(0o644)
    spoil(path)
    refused = media.ddbgit(*DUMP, status=1)
    assert f"the repository '{media.path}/' is damaged" in refused.err
    assert name == ":" or damaged in refused.err
    assert "git fsck" in refused.err
    assert media.git("rev-parse", "HEAD") == head


def test_a_dump_into_a_submodule_is_refused(media, fake):
    media.ddbgit(*DUMP)
    media.git("-c", "protocol.file.allow=always", "submodule", "--quiet",
              "add", str(media.path), "module")
    media.git("init", "-q", "nested")
    fake.forget()
    for folder, words in (("module", "the submodule 'module'"),
                          ("module/deep/er", "the submodule 'module'"),
                          ("nested/x", "another repository")):
        for more in ([], ["--commit"]):
            refused = media.ddbgit("dump", "--env=dev", *more,
                                   f"--output={folder}", status=5)
            # With a commit it is the other repository that is named.
            assert words in refused.err or (
                more and "inside another repository" in refused.err)
    assert fake.requests == []
    # From inside it is a project of its own.
    (media.path / "module/scripts").mkdir(exist_ok=True)
    (media.path / "module/scripts/.env.dev").write_bytes(
        (media.path / "scripts/.env.dev").read_bytes())
    media.ddbgit("dump", "--env=dev", cwd=media.path / "module")


def test_a_tip_without_its_metadata_is_followed_by_a_whole_one(media):
    media.ddbgit(*DUMP)
    lost = media.git("rev-parse",
                     "HEAD:backups/dynamodb/dev/table-metadata.json")
    (media.path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    assert "not comparable with" in media.ddbgit(*DUMP).err
    assert "No changes since" in media.ddbgit(*DUMP).err


@pytest.mark.parametrize("output", ["git~1/x", ".git.", ".git /x", ".GIT/x"])
def test_a_folder_that_git_refuses_is_refused_before_reading(media, fake,
                                                             output):
    refused = media.ddbgit(*DUMP, f"--output={output}", status=5)
    assert "'" + output in refused.err
    assert not fake.requests


def test_a_name_that_git_would_clean_is_cleaned(media):
    media.ddbgit(*DUMP, env={"GIT_AUTHOR_NAME": "<a>\n b",
                             "GIT_AUTHOR_EMAIL": "<a@b>"})
    assert media.git("log", "-1", "--format=%an|%ae") == "a b|a@b"


@pytest.mark.parametrize("name", ["HEAD", "refs/heads/main"])
def test_a_locked_reference_is_named_with_the_way_out(media, name):
    lock = media.path / ".git" / f"{name}.lock"
    lock.write_text("")
    failed = media.ddbgit(*DUMP, status=1)
    assert f"{name}.lock' exists" in failed.err
    assert "remove that file" in failed.err
    assert lock.exists()
    assert media.git("log", "--format=%s") == "Begin"


@pytest.fixture
def volume(media):
    """volume(FOLDER, SIZE) mounts a volume of its own over a folder and keeps
    what is in it; volume.grow(FOLDER) makes room."""
    mounted = []

    def mount(folder, size):
        kept = media.path.parent / "kept"
        if folder.exists():
            shutil.move(folder, kept)
        folder.mkdir(parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}",
                               "none", folder], check=False,
                              capture_output=True)
        if done.returncode:
            pytest.skip("mounting takes root's rights")
        mounted.append(folder)
        if kept.exists():
            shutil.copytree(kept, folder, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("*.sample"))

    def grow(folder):
        subprocess.run(["mount", "-o", "remount,size=64m", folder],
                       check=True)
    mount.grow = grow
    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("folder", ["backups/dynamodb/dev", ".git"])
@pytest.mark.parametrize("size", ["200k", "400k", "700k"])
def test_a_full_volume_leaves_the_old_backup(media, fake, volume, folder,
                                             size):
    media.ddbgit(*DUMP)
    old = media.git("rev-parse", "HEAD")
    generator = random.Random(size)
    for number in range(1000):
        fake.tables["media"].put({
            "id": {"S": f"{number}"},
            "p": {"S": generator.randbytes(500).hex()}})
    volume(media.path / folder, size)
    failed = media.ddbgit(*DUMP, status=None)
    if failed.status or size != "700k":
        assert failed.status == 1, str(failed)
        assert "No space left on device" in failed.err
        assert media.git("rev-parse", "HEAD") == old
        assert len(media.items("dev")) == 1
        assert media.git("fsck", "--strict", "--no-dangling") == ""
    volume.grow(media.path / folder)
    media.ddbgit(*DUMP)
    assert len(media.items("dev")) == 1001
    assert media.git("status", "--porcelain", "--", "backups") == ""
    assert media.git("fsck", "--strict", "--no-dangling") == ""
