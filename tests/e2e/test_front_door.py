"""What a new user runs first: the quick start and the seed's two commands."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

import project as projects

WRAPPERS = {"dump-dynamodb-table.sh": "dump",
            "restore-dynamodb-table.sh": "restore"}


def test_the_quick_start_ends_with_the_tagged_state(tmp_path):
    folder = tmp_path / "demo"
    done = subprocess.run(
        [projects.SOURCE / "scripts" / "quickstart.sh", folder],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        env={**os.environ, "HOME": str(tmp_path)}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    commands = re.findall(r"^\$ (ddbgit \w+)", done.stdout, re.MULTILINE)
    assert commands == ["ddbgit dump", "ddbgit dump", "ddbgit log",
                        "ddbgit diff", "ddbgit restore", "ddbgit dump",
                        "ddbgit status"]
    assert "items: 2 added, 3 changed, 1 removed" in done.stdout
    assert "keys and indexes are as noted" in done.stdout
    assert not (folder / ".quickstart" / "pid").exists()


def test_the_quick_start_leaves_a_foreign_folder_alone(tmp_path):
    (tmp_path / "mine").write_text("precious\n")
    done = subprocess.run(
        [projects.SOURCE / "scripts" / "quickstart.sh", tmp_path],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False)
    assert done.returncode == 1
    assert "name another folder" in done.stderr
    assert (tmp_path / "mine").read_text() == "precious\n"


@pytest.fixture(params=sorted(WRAPPERS))
def wrapper(request, project):
    """A wrapper in the scripts folder of a project of its own."""
    return pathlib.Path(shutil.copy(
        projects.SOURCE / "scripts" / request.param,
        project.path / "scripts"))


def program(path, says):
    """Stands for ddbgit: says who it is, its root and its arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho {says} "$DDBGIT_ROOT" "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_wrapper_finds_ddbgit_where_it_says(project, wrapper, tmp_path):
    verb = WRAPPERS[wrapper.name]
    words = f"{project.path} {verb} --env=dev --yes\n"
    bare = {"PATH": "/usr/bin:/bin"}

    done = project.run(wrapper, status=1, env=bare)
    assert "ddbgit not found" in done.err

    def said(**env):
        return project.run(wrapper, "--env=dev", "--yes", cwd=tmp_path,
                           env={**bare, **env}).out

    program(project.path / "build" / "release" / "ddbgit", "built")
    assert said() == "built " + words
    on_path = program(tmp_path / "bin" / "ddbgit", "on-path")
    path = f"{on_path.parent}:/usr/bin:/bin"
    assert said(PATH=path) == "on-path " + words
    named = program(tmp_path / "other", "named")
    assert said(PATH=path, DDBGIT=str(named)) == "named " + words


def test_a_wrapper_shows_its_help_without_ddbgit(project, wrapper):
    done = project.run(wrapper, "--help", env={"PATH": "/usr/bin:/bin"})
    assert done.out.startswith(f"Usage: {wrapper.name}")
    assert "--env=ENV" in done.out and "Examples:" in done.out
