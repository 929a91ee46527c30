"""The completions, asked in the shells that they are for."""

import os
import pty
import select
import shutil
import subprocess
import time

import pytest

import project as projects

COMPLETIONS = projects.build() / "completions"


@pytest.fixture
def place(project):
    """A project with two environments, a tag and folders."""
    project.env_file("local")
    project.env_file("prod")
    project.git("tag", "prod-20250127")
    (project.path / "backups").mkdir()
    (project.path / "banana").write_text("a file, no folder\n")
    return project


def installed(shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    return shell


def bash(project, line, cwd=None):
    """What <Tab> offers at the end of the line, cut as Readline cuts it."""
    script = r'''
        source "$1"
        complete -p ddbgit >/dev/null || exit 9
        line=$2
        # Readline's words, by its COMP_WORDBREAKS.
        spaced=${line//=/ = }
        read -ra COMP_WORDS <<<"$spaced"
        [[ $line == *[=\ ] ]] && [[ $line != *= ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line
        COMP_POINT=${#line}
        _ddbgit
        printf '%s\n' "${COMPREPLY[@]}"
    '''
    done = project.run(installed("bash"), "-c", script, "bash",
                       COMPLETIONS / "ddbgit.bash", line, cwd=cwd)
    assert done.err == ""
    return done.out.split("\n")[:-1]


def fish(project, line, cwd=None):
    done = project.run(
        installed("fish"), "--no-config", "-c",
        'source $argv[1]; complete -C $argv[2]', "--",
        COMPLETIONS / "ddbgit.fish", line, cwd=cwd)
    assert done.err == ""
    return [row.partition("\t")[0] for row in done.out.splitlines()]


def zsh(project, line, cwd=None):
    """Asks a zsh on a terminal; its completer lists, one a line."""
    functions = project.home / "functions"
    functions.mkdir(exist_ok=True)
    shutil.copy(COMPLETIONS / "ddbgit.zsh", functions / "_ddbgit")
    setup = (f"fpath=({functions} $fpath); PS1='' PS2='' RPS1=''; "
             "autoload -Uz compinit; compinit -u -D; "
             # What would be inserted or listed is printed instead.
             "compadd() { local -a hits; "
             "if [[ ${(j: :)@[1,(i)(-|--)]} != *-[OAD]\\ * ]]; then "
             "builtin compadd -A hits \"$@\"; "
             "for hit in $hits; do print -r -- \"HIT<$hit>\"; done; fi; "
             "builtin compadd \"$@\"; }; "
             "ask() { _main_complete; print -r -- DO''NE; }; "
             "zle -C ask complete-word ask; bindkey '^T' ask; "
             "stty -echo; LISTMAX=1000; print READ''Y\n")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [installed("zsh"), "-f", "-i"], cwd=cwd or project.path,
        env={**project.env, "TERM": "dumb"}, stdin=slave, stdout=slave,
        stderr=slave, start_new_session=True)
    os.close(slave)
    try:
        os.write(master, setup.encode())
        _read_until(master, "READY")
        os.write(master, line.encode() + b"\x14")
        shown = _read_until(master, "DONE")
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return [part.partition(">")[0] for part in shown.split("HIT<")[1:]]


def _read_until(master, word, seconds=30):
    shown, deadline = "", time.monotonic() + seconds
    while word not in shown:
        left = deadline - time.monotonic()
        assert left > 0 and select.select([master], [], [], left)[0], shown
        shown += os.read(master, 65536).decode(errors="replace")
    return shown


@pytest.fixture(params=[bash, zsh, fish], ids=["bash", "zsh", "fish"])
def ask(request, place):
    def offered(line, **keywords):
        return set(request.param(place, line, **keywords))
    return offered


def commands(project):
    text = project.ddbgit("help").out.partition("Commands:\n")[2]
    return {line.split()[0] for line in text.partition("\n\n")[0].split("\n")
            if line.startswith("  ") and line[2] != " "}


def test_commands_are_offered(ask, place):
    assert ask("ddbgit ") >= commands(place)
    assert ask("ddbgit du") == {"dump"}
    assert ask("ddbgit help ") >= commands(place)


def test_options_are_those_of_the_command(ask):
    names = {name.rstrip("=") for name in ask("ddbgit dump --")}
    assert {"--env", "--layout", "--commit", "--json", "--help"} <= names
    assert "--rev" not in names
    names = {name.rstrip("=") for name in ask("ddbgit restore --re")}
    assert names == {"--rev", "--region"}


def test_values_are_known(ask):
    def values(line):
        return {word.rpartition("=")[2] for word in ask(line)}
    assert values("ddbgit dump --env=") == {"local", "prod"}
    assert values("ddbgit dump --env=p") == {"prod"}
    assert values("ddbgit dump --layout=") >= {"auto", "single"}
    assert values("ddbgit restore --rev=prod") == {"prod-20250127"}
    assert values("ddbgit restore --rev=") >= {"main", "prod-20250127"}
    folders = {word.rstrip("/") for word in values("ddbgit dump --output=ba")}
    assert folders == {"backups"}


def test_values_may_be_a_word_of_their_own(ask):
    assert ask("ddbgit dump -e ") == {"local", "prod"}
    assert ask("ddbgit dump --env pr") == {"prod"}
    assert ask("ddbgit -C . show prod") == {"prod-20250127"}


def test_operands_are_known(ask):
    assert ask("ddbgit hooks ") == {"install", "remove", "status"}
    assert ask("ddbgit show ") >= {"main", "prod-20250127"}
    assert ask("ddbgit tag x prod") == {"prod-20250127"}


def test_environments_are_the_project_s_from_below(ask, place):
    below = place.path / "src" / "deep"
    below.mkdir(parents=True)
    assert {word.rpartition("=")[2]
            for word in ask("ddbgit dump --env=", cwd=below)} == {
        "local", "prod"}


def test_they_are_installed_where_shells_look(tmp_path):
    subprocess.run(["cmake", "--install", projects.build(), "--prefix",
                    tmp_path], check=True, capture_output=True)
    for path in ("share/bash-completion/completions/ddbgit",
                 "share/zsh/site-functions/_ddbgit",
                 "share/fish/vendor_completions.d/ddbgit.fish"):
        assert (tmp_path / path).stat().st_size > 1000
