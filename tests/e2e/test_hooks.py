"""Git hooks: real Git runs them, around real commits, pulls and pushes."""

import itertools
import json
import os
import shutil
import stat

import pytest

import project as projects

HOOKS = ["pre-commit", "post-merge", "post-checkout", "pre-push"]
SECRET = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00\n"
DATA = "backups/dynamodb/dev/table-data.json"


def hooks_folder(project):
    return project.path / ".git" / "hooks"


def hook(folder, name, text):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def state(folder):
    return {path.name: (stat.S_IMODE(path.lstat().st_mode), path.read_bytes())
            for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def watched(project):
    """A project with the hooks installed."""
    project.ddbgit("hooks", "install")
    return project


@pytest.fixture
def media(watched, fake):
    """… and a backup of two items, dumped and not committed."""
    fake.create("media", [{"id": {"S": "a"}}, {"id": {"S": "b"}}])
    watched.local(fake.endpoint, "media", env="dev")
    watched.env["DDBGIT_TEST_CLOCK"] = "1000"
    watched.ddbgit("dump", "--env=dev")
    return watched


@pytest.mark.smoke
def test_install_status_remove(project):
    folder = hooks_folder(project)
    before = state(folder)

    def states(action, **keywords):
        records = project.ddbgit("hooks", action, "--json", **keywords)
        return {record["name"]: (record["state"], record["changed"])
                for record in records.of_type("hook")}

    assert states("status") == dict.fromkeys(HOOKS, ("absent", False))
    assert states("install") == dict.fromkeys(HOOKS, ("installed", True))
    assert states("install") == dict.fromkeys(HOOKS, ("installed", False))
    for name in HOOKS:
        project.run("sh", "-n", folder / name)
        assert os.access(folder / name, os.X_OK)
    other = shutil.copy(projects.binary(), project.home / "it's\na copy")
    assert states("install", status=0) == dict.fromkeys(
        HOOKS, ("installed", False))
    moved = project.ddbgit("hooks", "install", f"--program={other}", "--json")
    assert {record["program"] for record in moved.of_type("hook")} == {
        str(other)}
    assert states("status") == dict.fromkeys(HOOKS, ("outdated", False))
    project.git("commit", "-q", "--allow-empty", "-m", "By the copy")
    assert states("remove") == dict.fromkeys(HOOKS, ("absent", True))
    assert states("remove") == dict.fromkeys(HOOKS, ("absent", False))
    assert state(folder) == before


def test_an_earlier_hook_runs_first_and_comes_back(project):
    folder = hooks_folder(project)
    for name in HOOKS:
        hook(folder, name, f'echo "{name} $#" >>"$HOME/ran"\n')
    before = state(folder)
    project.ddbgit("hooks", "install")
    shown = project.ddbgit("hooks", "status").out
    assert shown.count("(after the earlier hook)") == len(HOOKS)
    project.git("checkout", "-q", "-b", "side")
    project.git("commit", "-q", "--allow-empty", "-m", "Side")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "side")
    project.git("init", "-q", "--bare", project.home / "remote.git")
    project.git("push", "-q", project.home / "remote.git", "main")
    assert (project.home / "ran").read_text().split("\n") == [
        "post-checkout 3", "pre-commit 0", "post-checkout 3", "post-merge 1",
        "pre-push 2", ""]
    project.ddbgit("hooks", "remove")
    assert state(folder) == before


def test_an_earlier_hook_that_refuses_has_the_last_word(project):
    folder = hooks_folder(project)
    hook(folder, "pre-commit", "exit 7\n")
    hook(folder, "pre-push", "cat >\"$HOME/pushed\"; exit 7\n")
    hook(folder, "post-checkout", "exit 7\n")
    project.ddbgit("hooks", "install")
    project.git("commit", "-q", "--allow-empty", "-m", "No", status=1)
    project.git("init", "-q", "--bare", project.home / "remote.git")
    project.git("push", "-q", project.home / "remote.git", "main", status=1)
    head = project.git("rev-parse", "main")
    assert (project.home / "pushed").read_text() == (
        f"refs/heads/main {head} refs/heads/main {'0' * 40}\n")
    project.git("checkout", "-q", "-b", "other", status=1)
    # One that is not executable is none, to Git and to us.
    (folder / "pre-commit.before-ddbgit").chmod(0o644)
    project.git("commit", "-q", "--allow-empty", "-m", "Yes")


@pytest.mark.parametrize("name, text, refused", [
    ("scripts/.env.prod", SECRET, True),
    ("deep/er/.env", "export " + SECRET, True),
    (".env.old", "# " + SECRET, True),
    (".env.json", '{"AWS_SESSION_TOKEN": "' + "A" * 300 + '"}', True),
    ("a\nb/.env.x", SECRET, True),
    ("scripts/.env.example", "AWS_SECRET_ACCESS_KEY="
     "your-aws-secret-access-key\n", False),
    ("scripts/.env.local", "AWS_SECRET_ACCESS_KEY=test\n", False),
    ("scripts/.env.dev", "AWS_SECRET_ACCESS_KEY=$(security find it now)\n",
     False),
    ("README.md", SECRET, False),
])
def test_staged_secrets_are_refused(watched, name, text, refused):
    path = watched.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    watched.git("add", "-f", name)
    done = watched.run("git", "commit", "-q", "-m", "It", status=int(refused))
    assert ("has a secret" in done.err) == refused
    assert SECRET.split("=")[1].strip() not in done.err
    if refused:
        watched.git("rm", "-q", "--cached", name)
        watched.git("commit", "-q", "--allow-empty", "-m", "Without")


def test_the_index_of_commit_a_is_the_one_that_is_looked_at(watched):
    path = watched.path / ".env.prod"
    path.write_text("nothing yet\n")
    watched.git("add", "-f", ".env.prod")
    watched.git("commit", "-q", "-m", "Harmless")
    path.write_text(SECRET)
    watched.git("commit", "-q", "--allow-empty", "-m", "Not staged")
    for words in (["-a"], ["--", ".env.prod"], ["-i", ".env.prod"]):
        done = watched.run("git", "commit", "-q", "-m", "It", *words, status=1)
        assert "has a secret" in done.err, words


def edit_item(media):
    path = media.path / DATA
    path.write_text(path.read_text().replace('"b"', '"c"'))


def cut_file(media):
    path = media.path / DATA
    path.write_bytes(path.read_bytes()[:-20])


def edit_schema(media):
    path = media.path / "backups/dynamodb/dev/table-schema.json"
    path.write_text(path.read_text().replace('"HASH"', '"RANGE"'))


def edit_count(media):
    path = media.path / "backups/dynamodb/dev/table-metadata.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "itemCount": 3}))


@pytest.mark.parametrize("spoil", [edit_item, cut_file, edit_schema,
                                   edit_count])
def test_a_snapshot_that_disagrees_is_refused(media, spoil):
    media.git("add", "backups")
    media.git("commit", "-q", "-m", "A good one, by hand")
    spoil(media)
    media.git("commit", "-q", "--allow-empty", "-m", "Not staged")
    done = media.run("git", "commit", "-a", "-m", "Bad", status=1)
    # Its place is named once.
    assert done.err.startswith("[ERROR] staged ")
    assert done.err.count("staged") == 1
    assert "git commit --no-verify" in done.err
    media.ddbgit("dump", "--env=dev")
    media.run("git", "commit", "-a", "-m", "Dumped anew", status=None)
    assert media.git("diff", "HEAD", "--", DATA) == ""
    media.git("rm", "-q", "-r", "backups")
    media.git("commit", "-q", "-m", "A removal is no fault")


def test_files_of_the_same_names_may_be_anything(watched):
    folder = watched.path / "fixtures"
    folder.mkdir()
    (folder / "table-data.json").write_text("no snapshot\n")
    (watched.path / "table-data").mkdir()
    (watched.path / "table-data" / "x").write_text("x\n")
    watched.git("add", ".")
    watched.git("commit", "-q", "-m", "Mine")


def backup_command(text):
    lines = [line for line in text.splitlines() if "ddbgit restore" in line]
    assert len(lines) == 1, text
    return lines[0].partition("ddbgit restore ")[2]


def test_a_pull_tells_what_it_brought_and_how_to_restore_it(
        media, fake, tmp_path):
    media.git("add", "backups")
    media.git("commit", "-q", "-m", "First")
    clone = projects.Project(tmp_path / "a clone")
    clone.git("pull", "-q", media.path, "main")
    clone.ddbgit("hooks", "install")
    done = clone.run("git", "pull", media.path, "main")
    assert "New backup" not in done.err
    fake.tables["media"].put({"id": {"S": "c"}})
    media.ddbgit("dump", "--env=dev", "--commit")
    (media.path / "README").write_text("changed\n")
    media.git("commit", "-q", "-a", "-m", "Something else")
    done = clone.run("git", "pull", media.path, "main")
    assert ("New backup in backups/dynamodb/dev: media (dev), 3 items"
            in done.err)
    fake.create("target", [])
    clone.local(fake.endpoint, "target")
    clone.run("sh", "-c", f"{projects.binary()} restore "
              + backup_command(done.err), env=media.env | clone.env)
    assert len(fake.tables["target"].ledger) == 3


def test_a_checkout_tells_only_what_differs(media):
    media.git("checkout", "-q", "-b", "with")
    media.git("add", "backups")
    media.git("commit", "-q", "-m", "A backup")
    assert "New backup" not in media.run("git", "checkout", "main").err
    done = media.run("git", "checkout", "with")
    assert "2 items" in done.err and backup_command(done.err)
    assert "New backup" not in media.run("git", "checkout", "-b", "same").err
    assert "New backup" not in media.run("git", "checkout", "--", DATA).err
    media.git("worktree", "add", "-q", "-b", "linked", media.home / "linked")


def test_what_is_printed_is_safe_to_copy(media):
    evil = media.path / "backups" / "$(touch pwned)';touch pwned;'"
    shutil.move(media.path / "backups" / "dynamodb" / "dev", evil)
    media.git("checkout", "-q", "-b", "evil")
    media.git("add", "-f", "backups")
    media.git("commit", "-q", "-m", "A name")
    media.git("checkout", "-q", "main")
    done = media.run("git", "checkout", "evil")
    words = media.run("sh", "-c", "printf '%s\\n' " +
                      backup_command(done.err)).out.splitlines()
    assert words[-1] == "--path=backups/$(touch pwned)';touch pwned;'"
    assert not (media.path / "pwned").exists()


@pytest.mark.slow
def test_a_push_of_large_files_is_warned_of(watched):
    remote = watched.home / "remote.git"
    watched.git("init", "-q", "--bare", remote)
    watched.git("remote", "add", "origin", remote)
    for folder in (watched.path, remote):
        watched.git("config", "core.compression", "1", cwd=folder)
        watched.git("config", "core.bigFileThreshold", "1m", cwd=folder)
    for name, size in (("small", 1 << 20), ("large", (50 << 20) + 1),
                       ("huge", (100 << 20) + 1)):
        with open(watched.path / name, "wb") as file:
            file.truncate(size)
        watched.git("add", name)
        watched.git("commit", "-q", "-m", name)
    watched.git("rm", "-q", "huge")  # it is in the history all the same
    watched.git("commit", "-q", "-m", "Gone")
    done = watched.run("git", "push", "-q", "origin", "main")
    warned = [line for line in done.err.splitlines() if "[WARNING]" in line]
    assert len(warned) == 2
    assert "large in " in done.err and "hosts warn from 50 MB" in done.err
    assert "huge in " in done.err and "refuse files over 100" in done.err
    watched.git("commit", "-q", "--allow-empty", "-m", "More")
    done = watched.run("git", "push", "-q", "origin", "main")
    assert "[WARNING]" not in done.err
    watched.run("git", "push", "-q", "origin", ":main", status=None)


@pytest.mark.parametrize("place", ["relative", "absolute", "symlink",
                                   "global"])
def test_hooks_that_are_not_ours_alone_are_not_written(project, place):
    tracked = hook(project.path / "git hooks", "pre-commit", "exit 0\n").parent
    if place == "symlink":
        shutil.rmtree(hooks_folder(project), ignore_errors=True)
        hooks_folder(project).symlink_to(tracked)
    elif place == "global":
        tracked = hook(project.home / "hooks", "pre-commit", "exit 0\n").parent
        project.git("config", "--global", "core.hooksPath", "~/hooks")
    else:
        project.git("config", "core.hooksPath", "git hooks"
                    if place == "relative" else str(tracked))
    before = state(tracked)
    done = project.ddbgit("hooks", "install", status=5)
    assert state(tracked) == before
    lines = {words[0].rstrip(":"): words[2] for words in
             (line.strip().partition(" ") for line in done.err.splitlines())
             if words[0].rstrip(":") in HOOKS}
    assert set(lines) == set(HOOKS)
    # The line does what it should, once it is there.
    hook(tracked, "pre-commit", lines["pre-commit"].strip() + "\n")
    (project.path / ".env").write_text(SECRET)
    project.git("add", "-f", ".env")
    done = project.run("git", "commit", "-m", "It", status=1)
    assert "has a secret" in done.err


def test_a_program_of_the_work_tree_is_refused(project):
    inside = shutil.copy(projects.binary(), project.path / "tool")
    done = project.ddbgit("hooks", "install", f"--program={inside}", status=5)
    assert "is in the work tree" in done.err
    link = project.home / "link"
    link.symlink_to(inside)
    project.ddbgit("hooks", "install", f"--program={link}", status=5)
    assert not (hooks_folder(project) / "pre-commit").exists()
    project.ddbgit("hooks", "install", "--program=tool", status=2)
    project.ddbgit("hooks", "install", "--program=/nowhere", status=2)
    project.ddbgit("hooks", "install", f"--program={project.home}", status=2)


def test_a_program_that_is_gone_does_not_stop_git(project):
    copy = shutil.copy(projects.binary(), project.home / "copy")
    project.ddbgit("hooks", "install", f"--program={copy}")
    os.unlink(copy)
    done = project.run("git", "commit", "--allow-empty", "-m", "It")
    assert f"[WARNING] {copy} is gone" in done.err


def test_a_folder_in_a_hooks_place_is_named_and_kept(project):
    folder = hooks_folder(project)
    folder.mkdir(exist_ok=True)
    (folder / "post-merge").mkdir()
    done = project.ddbgit("hooks", "install", status=5)
    assert f"'{folder}/post-merge' is a folder" in done.err
    assert (folder / "post-merge").is_dir()
    assert not (folder / "post-merge.before-ddbgit").exists()
    assert "post-merge" in project.ddbgit("hooks", "remove").out


def test_what_stands_in_the_way_is_kept(project):
    folder = hooks_folder(project)
    hook(folder, "pre-commit", "echo mine\n")
    hook(folder, "pre-commit.before-ddbgit", "echo whose\n")
    before = state(folder)
    done = project.ddbgit("hooks", "install", status=5)
    assert "stands in the way" in done.err
    assert {name: entry for name, entry in state(folder).items()
            if name in before} == before


def test_a_hook_that_is_a_symlink_is_kept_as_one(project):
    target = hook(project.path / "ours", "check", 'echo >"$HOME/ran"\n')
    link = hooks_folder(project) / "pre-commit"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    project.ddbgit("hooks", "install")
    assert target.read_text().startswith("#!/bin/sh\necho")
    project.git("commit", "-q", "--allow-empty", "-m", "It")
    assert (project.home / "ran").exists()
    project.ddbgit("hooks", "remove")
    assert link.is_symlink() and os.readlink(link) == str(target)


@pytest.mark.slow
def test_an_install_that_is_killed_never_leaves_a_hook_out(project):
    folder = hooks_folder(project)
    mine = hook(folder, "pre-commit", 'echo ran >"$HOME/ran"\n').read_bytes()
    for nth in itertools.count(1):
        done = project.ddbgit("hooks", "install", status=None, env={
            **projects.preloaded("killer.so"), "KILL_AT": str(nth),
            "KILL_WHEN": "before", "KILL_PROGRAM": "ddbgit"})
        project.git("commit", "-q", "--allow-empty", "-m", f"{nth}")
        (project.home / "ran").unlink()  # the earlier hook did run
        project.ddbgit("hooks", "install")
        project.ddbgit("hooks", "remove")
        assert (folder / "pre-commit").read_bytes() == mine
        assert not list(folder.glob("*ddbgit*"))
        # A dozen calls take the first hook; the others are like it.
        if done.status == 0 or nth == 14:
            assert nth > 4
            return


def test_linked_work_trees_and_bare_repositories(watched, tmp_path):
    linked = tmp_path / "linked one"
    watched.git("worktree", "add", "-q", "-b", "linked", linked)
    (linked / ".env").write_text(SECRET)
    watched.git("add", "-f", ".env", cwd=linked)
    done = watched.run("git", "commit", "-m", "It", cwd=linked, status=1)
    assert "has a secret" in done.err
    done = watched.run("git", "-C", linked, "commit", "-m", "It", status=1)
    assert "has a secret" in done.err
    own = watched.git("rev-parse", "--absolute-git-dir", cwd=linked)
    done = watched.run("git", f"--git-dir={own}", f"--work-tree={linked}",
                       "commit", "-m", "It", cwd=tmp_path, status=1)
    assert "has a secret" in done.err
    records = watched.ddbgit("hooks", "status", "--json", cwd=linked)
    assert {record["state"] for record in records.of_type("hook")} == {
        "installed"}
    bare = tmp_path / "bare.git"
    watched.git("clone", "-q", "--bare", watched.path, bare)
    watched.ddbgit("hooks", "install", cwd=bare)
    assert (bare / "hooks" / "pre-push").exists()


def test_the_first_commit_is_looked_at_too(tmp_path):
    fresh = projects.Project(tmp_path / "fresh")
    fresh.ddbgit("hooks", "install")
    (fresh.path / ".env").write_text(SECRET)
    fresh.git("add", "-f", ".env")
    done = fresh.run("git", "commit", "-m", "First", status=1)
    assert "has a secret" in done.err


def test_what_cannot_be_looked_at_is_let_through_with_a_word(watched):
    watched.git("update-index", "--split-index")
    done = watched.run("git", "commit", "--allow-empty", "-m", "It")
    assert "pre-commit: backups were not looked at" in done.err


def test_wrong_words_are_usage(project):
    for words in (["hooks"], ["hooks", "fly"], ["hooks", "run"],
                  ["hooks", "run", "pre-rebase"],
                  ["hooks", "install", "now"]):
        project.ddbgit(*words, status=2)
