"""`ddbgit init` makes what is missing and leaves the rest alone."""

import itertools
import os
import pathlib
import stat

import pytest

import project as projects

ENVIRONMENTS = ["local", "dev", "staging", "prod"]
WRAPPERS = ["dump-dynamodb-table.sh", "restore-dynamodb-table.sh"]


@pytest.fixture
def empty(tmp_path):
    """A folder with nothing in it, whose name is no easy one."""
    made = projects.Project(tmp_path / "a new\nproject", git=False)
    (made.path / "scripts").rmdir()
    made.git("config", "--global", "user.name", "A Tester")
    made.git("config", "--global", "user.email", "tester@example.com")
    made.git("config", "--global", "init.defaultBranch", "main")
    return made


def steps(project, **keywords):
    done = project.ddbgit("init", "--json", **keywords)
    found = done.of_type("step")
    summary = done.records[-1]
    for action in ("created", "added", "kept", "todo"):
        assert summary[action] == sum(
            step["action"] == action for step in found)
    return {step["path"]: step for step in found}


def state(folder):
    """Every file with its content, mode and time."""
    return {path.relative_to(folder): (
        path.lstat().st_mode, path.lstat().st_mtime_ns,
        path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*") if ".git" not in path.parts}


@pytest.mark.smoke
def test_an_empty_folder_becomes_a_project(empty, fake):
    found = steps(empty)
    assert found.pop(".gitignore")["action"] == "added"
    assert found.pop(".gitattributes")["action"] == "added"
    assert {step["action"] for step in found.values()} == {"created"}
    assert empty.git("symbolic-ref", "HEAD") == "refs/heads/main"
    for name in ENVIRONMENTS:
        path = empty.path / "scripts" / f".env.{name}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        empty.git("check-ignore", "-q", f"scripts/.env.{name}")
    for name in WRAPPERS:
        path = empty.path / "scripts" / name
        assert path.read_bytes() == (
            projects.SOURCE / "scripts" / name).read_bytes()
        assert os.access(path, os.X_OK)
    attribute = empty.git("check-attr", "text", "--",
                          "backups/dynamodb/prod/table-data.json")
    assert attribute.endswith("text: unset")
    empty.git("add", "-A")
    assert ".env" not in empty.git("ls-files")
    # What is filled in works, and a placeholder is no credential.
    done = empty.ddbgit("dump", "--env=prod", status=2)
    assert "DYNAMODB_TABLE is not set in ./scripts/.env.prod" in done.err
    path = empty.path / "scripts" / ".env.local"
    fake.create("media", [{"id": {"S": "a"}}])
    path.write_text(path.read_text().replace(
        "DYNAMODB_TABLE=", "DYNAMODB_TABLE=media").replace(
        "http://localhost:4566", fake.endpoint))
    empty.run(f"scripts/{WRAPPERS[0]}", "--commit",
              env={"DDBGIT": str(projects.binary())})
    assert empty.git("show", "--name-only", "--format=").startswith("backups")


def test_init_again_changes_nothing(empty):
    empty.ddbgit("init")
    before = state(empty.path)
    assert {step["action"] for step in steps(empty).values()} == {"kept"}
    assert state(empty.path) == before


def test_what_is_there_is_kept_and_said(project):
    mine = {".gitignore": "*.log\r\n\nbackups/", ".gitattributes": "* text\n",
            "scripts/.env.prod": "DYNAMODB_TABLE=mine\n",
            "scripts/dump-dynamodb-table.sh": "#!/bin/sh\nmine\n"}
    for name, text in mine.items():
        (project.path / name).write_text(text, newline="")
    found = steps(project)
    for name in list(mine)[2:]:
        assert found[name]["action"] == "kept"
        assert "other content" in found[name]["detail"]
        assert (project.path / name).read_text() == mine[name]
    for name in list(mine)[:2]:  # lines are added behind those that are there
        text = (project.path / name).read_bytes().decode()
        assert text.startswith(mine[name]) and text.endswith("\n")
    todo = found["backups/"]
    assert todo["action"] == "todo"
    assert ".gitignore:3: backups/" in todo["detail"]
    assert todo["advice"].startswith(
        "Comment the pattern 'backups/' out in .gitignore, line 3")
    text = (project.path / ".gitignore").read_bytes().decode()
    (project.path / ".gitignore").write_text(
        text.replace("backups/", "#backups/"), newline="")
    assert "todo" not in {step["action"] for step in steps(project).values()}


def test_rules_that_say_the_same_are_enough(project):
    (project.path / ".gitignore").write_text(".env*\n")
    (project.path / ".gitattributes").write_text("*.json binary\n")
    found = steps(project)
    assert found[".gitignore"]["action"] == "kept"
    assert found[".gitattributes"]["action"] == "kept"


def test_a_tracked_secret_is_told(project):
    project.env_file("prod", AWS_SECRET_ACCESS_KEY="x" * 40)
    project.git("add", "-f", "scripts/.env.prod")
    for _ in range(2):  # the second time the rule is there
        found = project.ddbgit("init", "--json").of_type("step")
        todo = [step for step in found if step["action"] == "todo"]
        assert [step["path"] for step in todo] == ["scripts/.env.prod"]
        assert "git rm --cached scripts/.env.prod" in todo[0]["advice"]
    rules = (project.path / ".gitignore").read_text()
    assert rules.count("/scripts/.env.*") == 1


def test_a_folder_below_the_top_is_set_up_in_its_own_place(project):
    app = project.path / "apps" / "one"
    (app / "scripts").mkdir(parents=True)
    project.ddbgit("init", cwd=app / "scripts")
    assert (app / "scripts" / ".env.prod").exists()
    project.git("check-ignore", "-q", "apps/one/scripts/.env.prod")
    assert project.git("check-attr", "text", "--", "apps/one/backups/x"
                       ).endswith("unset")
    assert not (project.path / ".gitignore").exists()


def test_no_symlink_below_the_root_is_followed(project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "rules").write_text("theirs\n")
    (project.path / ".gitignore").symlink_to(outside / "rules")
    (project.path / "scripts" / ".env.prod").symlink_to(outside / "secret")
    found = steps(project)
    assert found[".gitignore"]["action"] == "todo"
    assert found[".gitignore"]["advice"].endswith("/scripts/.env.*")
    assert found["scripts/.env.prod"]["action"] == "kept"
    assert sorted(path.name for path in outside.iterdir()) == ["rules"]
    assert (outside / "rules").read_text() == "theirs\n"

    project.run("rm", "-rf", "scripts")
    (project.path / "scripts").symlink_to(outside)
    done = project.ddbgit("init", status=1)
    assert "symbolic link, which is not followed" in done.err
    assert sorted(path.name for path in outside.iterdir()) == ["rules"]


def test_what_cannot_be_made_is_an_error(project):
    (project.path / "scripts").rmdir()
    (project.path / "scripts").write_text("a file\n")
    done = project.ddbgit("init", status=1)
    assert "scripts" in done.err and "[ERROR]" in done.err
    assert (project.path / "scripts").read_text() == "a file\n"


@pytest.mark.slow
@pytest.mark.parametrize("when", ["fail", "before"])
def test_a_run_that_ends_early_leaves_whole_files_or_none(project, when):
    """A call fails, or the process is killed there, for each that there is."""
    for nth in itertools.count(1):
        project.run("rm", "-rf", "scripts", ".gitignore", ".gitattributes")
        done = project.ddbgit("init", status=None, env={
            **projects.preloaded("killer.so"), "KILL_AT": str(nth),
            "KILL_WHEN": when, "KILL_PROGRAM": "ddbgit"})
        for path, (_, _, content) in state(project.path).items():
            if path.suffix == ".ddbgit-new":
                continue
            assert content == b"" or content.endswith(b"\n"), (nth, path)
            assert content or not path.name.startswith(".env."), (nth, path)
        project.ddbgit("init")
        after = {path: content for path, (_, _, content)
                 in state(project.path).items()}
        if done.status == 0 and nth > 10:
            break
        assert not [path for path in after if path.suffix == ".ddbgit-new"]
        assert after[pathlib.Path(".gitignore")].endswith(b"/scripts/.env.*\n")


def test_a_bare_repository_is_refused(project, tmp_path):
    bare = tmp_path / "bare.git"
    project.git("init", "-q", "--bare", bare)
    done = project.ddbgit("init", cwd=bare, status=5)
    assert "is a bare repository" in done.err


def test_a_linked_work_tree_is_a_project_too(project, tmp_path):
    linked = tmp_path / "linked tree"
    project.git("worktree", "add", "-q", "-b", "linked", linked)
    project.ddbgit("init", cwd=linked)
    assert (linked / "scripts" / ".env.prod").exists()
    assert not (project.path / "scripts" / ".env.prod").exists()
