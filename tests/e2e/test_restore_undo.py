"""A restore that backs up first prints a command that undoes it: it is pasted
into a shell here, wherever the restore was started from, and the table must be
what it was."""

import json

import pytest

import project as projects

ITEMS = [{"id": {"S": f"k{n:02}"}, "n": {"N": str(n)}} for n in range(30)]
# What the table holds before the restore: some gone, some other, some more.
BEFORE = ITEMS[3:10] + [{**item, "n": {"N": "-1"}} for item in ITEMS[10:15]] \
    + ITEMS[15:] + [{"id": {"S": "new"}, "a b": {"S": "'\"$(x)`"}}]


def by_id(items):
    return sorted(items, key=lambda item: item["id"]["S"])


def summary(result):
    return result.of_type("summary")[0]


class Scene:
    """A project, its table on the scripted server, and where one stands."""

    def __init__(self, project, fake):
        self.project, self.fake = project, fake
        self.table = fake.create("media", ITEMS)
        project.local(fake.endpoint, "media", env="dev")
        project.ddbgit("dump", "--env=dev", "--tag=good")
        self.hold(BEFORE)
        self.cwd, self.env = project.path, {}
        self.args = ["--rev=good"]

    def hold(self, items):
        self.table.ledger.clear()
        for item in items:
            self.table.put(item)

    def shell(self, command):
        """As pasted into the shell that stands where the restore began."""
        path = f"{projects.binary().parent}:{self.project.env['PATH']}"
        return self.project.run(
            "sh", "-c", f"{command} --yes", cwd=self.cwd,
            env={"PATH": path, "PWD": str(self.cwd)})

    def restore(self, *more, **keywords):
        return self.project.ddbgit(
            "restore", "--env=dev", *self.args, *more, "--yes", "--json",
            cwd=self.cwd, env={"PWD": str(self.cwd), **self.env}, **keywords)


@pytest.fixture
def scene(project, fake):
    return Scene(project, fake)


# Where the restore is started from, and in which state the repository is

def as_it_is(scene):
    pass


def below(scene):
    scene.cwd = scene.project.path / "src" / "deep"
    scene.cwd.mkdir(parents=True)


def elsewhere(scene):
    scene.cwd = scene.project.home
    scene.args += ["-C", str(scene.project.path)]


def by_root(scene):
    """As the scripts do it, from a folder that is in no repository."""
    scene.cwd = scene.project.home
    scene.env["DDBGIT_ROOT"] = str(scene.project.path)
    scene.args = [f"--source={scene.project.snapshot('dev')}"]


def by_root_from_below(scene):
    below(scene)
    scene.env["DDBGIT_ROOT"] = str(scene.project.path)


def with_odd_names(scene):
    odd = scene.project.path.parent / "it's a \"$HOME\" `x`"
    scene.project.path.rename(odd)
    scene.project.path = odd
    scene.cwd = scene.project.home
    scene.args += ["-C", str(odd)]


def with_profile(scene):
    folder = scene.project.home / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(
        "[it's me]\naws_access_key_id = a\naws_secret_access_key = b\n")
    scene.args += ["--profile=it's me", "--max-wcu=500", "--max-rcu=2000"]


def of_another_table(scene):
    scene.table = scene.fake.create("other", BEFORE)
    scene.args += ["--table=other"]


def ignored(scene):
    (scene.project.path / ".gitignore").write_text("backups/\n")


def without_identity(scene):
    scene.project.git("config", "--unset", "user.name")
    scene.project.git("config", "--unset", "user.email")


def detached(scene):
    scene.project.git("checkout", "-q", "--detach")


def dirty(scene):
    path = scene.project.snapshot("dev") / "table-data.json"
    path.write_text(path.read_text().replace('"k05"', '"edited"'))
    (scene.project.snapshot("dev") / "mine").write_text("untracked\n")


def in_a_merge(scene):
    (scene.project.path / ".git" / "MERGE_HEAD").write_text(
        scene.project.git("rev-parse", "HEAD") + "\n")


def in_a_linked_tree(scene):
    tree = scene.project.path.parent / "linked"
    scene.project.git("worktree", "add", "-q", tree)
    (tree / "scripts").mkdir(exist_ok=True)
    (tree / "scripts" / ".env.dev").write_text(
        (scene.project.path / "scripts" / ".env.dev").read_text())
    scene.cwd = tree


def in_a_bare_repository(scene):
    bare = scene.project.path.parent / "backups.git"
    scene.project.git("clone", "-q", "--bare", scene.project.path, bare)
    scene.cwd = bare
    scene.env["DDBGIT_ROOT"] = str(scene.project.path)


def after_another_backup(scene):
    """The table is as an earlier backup found it: there is one commit."""
    scene.restore("--mirror")
    scene.hold(BEFORE)


def after_the_backup_of_another(scene):
    scene.fake.create("second", ITEMS)
    scene.project.local(scene.fake.endpoint, "second", env="second")
    scene.project.ddbgit("restore", "--env=second", "--rev=good", "--yes",
                         "--backup-first")


@pytest.mark.parametrize("place", [
    as_it_is, below, elsewhere, by_root, by_root_from_below, with_odd_names,
    with_profile, of_another_table, ignored, without_identity, detached, dirty,
    in_a_merge, in_a_linked_tree, in_a_bare_repository, after_another_backup,
    after_the_backup_of_another], ids=lambda place: place.__name__)
def test_the_undo_command_is_right_wherever_it_is_pasted(scene, place):
    place(scene)
    status = scene.project.git("status", "--porcelain", cwd=scene.cwd) \
        if place in (dirty, detached, ignored) else None
    done = scene.restore("--mirror")
    assert by_id(scene.table.items) == ITEMS
    command = summary(done)["undo"]
    assert f"[INFO] This undoes the restore: {command}\n" in done.err
    scene.shell(command)
    assert by_id(scene.table.items) == by_id(BEFORE)
    if status is not None:
        assert scene.project.git("status", "--porcelain") == status


def test_the_command_is_short_where_the_shell_stands(scene):
    done = scene.restore("--mirror")
    assert summary(done)["undo"] == (
        f"ddbgit restore --env=dev --rev={summary(done)['backup'][:12]} "
        "--mirror --no-backup-first")


# Which part is restored

@pytest.mark.parametrize("before, part", [
    (BEFORE, []), (BEFORE, ["--changed-only"]), (BEFORE, ["--mirror"]),
    (BEFORE, ["--mirror", "--only=data"]),
    (BEFORE, ['--key={"id":{"S":"k00"}}', '--key={"id":{"S":"k12"}}']),
    (BEFORE, ["--changed-only", '--key={"id":{"S":"k11"}}']),
    (BEFORE, ["--mirror", "--verify=none"]),
    ([], []), ([], ["--mirror"]), ([], ['--key={"id":{"S":"k00"}}'])])
def test_each_kind_of_restore_is_undone(scene, part, before):
    scene.hold(before)
    done = scene.restore("--backup-first", *part)
    assert by_id(scene.table.items) != by_id(before)
    scene.shell(summary(done)["undo"])
    assert by_id(scene.table.items) == by_id(before)


def test_where_nothing_is_written_nothing_is_backed_up(scene):
    scene.hold(ITEMS)
    for part in (["--mirror"], ["--changed-only"], ["--only=schema"],
                 ['--key={"id":{"S":"k11"}}', "--changed-only"]):
        done = scene.restore("--backup-first", *part)
        assert summary(done)["backup"] is summary(done)["undo"] is None
    assert scene.fake.count("BatchWriteItem") == 0
    assert "before-restore" not in scene.project.git("branch", "--list")


def test_a_table_that_does_not_exist_has_nothing_to_back_up(scene):
    del scene.fake.tables["media"]
    done = scene.restore("--mirror")
    assert "does not exist: there is nothing to back up" in done.err
    assert summary(done)["undo"] is None
    assert by_id(scene.fake.tables["media"].items) == ITEMS


# Where no backup can be made, that is said before the first request

def without_a_repository(scene):
    (scene.project.path / ".git").rename(scene.project.home / "git")
    scene.args = [f"--source={scene.project.snapshot('dev')}"]
    return 2, "a commit needs a Git repository"


def with_the_branch_checked_out(scene):
    scene.project.git("checkout", "-q", "-b", "before-restore")
    return 5, "branch before-restore is checked out"


def with_the_branch_in_another_tree(scene):
    scene.project.git("worktree", "add", "-q", "-b", "before-restore",
                      scene.project.path.parent / "linked")
    return 5, "checked out in another work tree"


def with_a_branch_in_its_way(scene):
    scene.project.git("branch", "before-restore/mine")
    return 5, "before-restore/mine"


REFUSED = [without_a_repository, with_the_branch_checked_out,
           with_the_branch_in_another_tree, with_a_branch_in_its_way]


@pytest.mark.parametrize("state", REFUSED, ids=lambda state: state.__name__)
@pytest.mark.parametrize("part", [["--mirror"], ["--backup-first"]],
                         ids=" ".join)
def test_no_backup_no_restore_and_no_request(scene, state, part):
    code, words = state(scene)
    scene.fake.requests.clear()
    done = scene.restore(*part, status=code)
    assert words in done.err and "give --no-backup-first" in done.err
    assert not scene.fake.requests
    # A dry run tells it, and counts all the same.
    done = scene.restore(*part, "--dry-run")
    assert "[WARNING] The restore would be refused: the backup before" \
        in done.err and summary(done)["plan"]["extra"] == 1
    if part == ["--mirror"]:
        scene.restore(*part, "--no-backup-first")
        assert by_id(scene.table.items) == ITEMS


def test_a_backup_that_fails_lets_nothing_be_written(scene):
    scene.fake.fault("denied", operation="Scan", nth=2, times=1000)
    done = scene.restore("--mirror", status=1)
    assert "the backup before the restore" in done.err
    assert "give --no-backup-first" in done.err
    assert scene.fake.count("BatchWriteItem") == 0
    assert json.dumps(by_id(scene.table.items)) == json.dumps(by_id(BEFORE))
