"""The program's usage: what needs neither a table nor a backup."""

import json
import re
import signal
import socket
import subprocess
import time

import pytest

import fake_dynamodb
import project as projects

# The pages' sources with their lists filled in; none without scdoc.
MANUAL = projects.build() / "docs" / "man"
COMMANDS = ["dump", "restore", "status", "log", "show", "diff", "cat",
            "verify", "tag", "init", "doctor", "hooks", "help"]
EVERYWHERE = "Everywhere:"


def options_in_help(text):
    """{option as spelt: its section}, in order."""
    found, section = {}, None
    for line in text.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            section = line
        elif re.match(r" {2}-| {6}--", line) and section not in (
                "Examples:", "Exit status:"):
            found[re.split(r" {2,}", line.strip())[0]] = section
    return found


def options_in_manual(page):
    """The same spelling, from the terms of OPTIONS in a page's source."""
    if not (MANUAL / page).exists():
        pytest.skip("no manual pages were built")
    body = (MANUAL / page).read_text().split("\n# OPTIONS\n")[1]
    body = body.split("\n# ")[0]
    terms = re.findall(r"^(\*-.*)$", body, re.MULTILINE)
    return [re.sub(r"(?<!\w)_|_(?!\w)", "", term.replace("*", ""))
            for term in terms]


def test_the_version(project):
    assert re.fullmatch(r"ddbgit \d+\.\d+\.\d+\n",
                        project.ddbgit("--version").out)


def test_every_command_is_tested_here(project):
    text = project.ddbgit("help").out.partition("Commands:\n")[2]
    assert re.findall(r"^  (\w+) ", text.partition("\n\n")[0],
                      re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_has_the_options_of_the_help(project, command):
    shown = options_in_help(project.ddbgit("help", command).out)
    own = [option for option, section in shown.items()
           if section != EVERYWHERE]
    assert options_in_manual(f"ddbgit-{command}.1.scd") == own


def test_the_manual_has_the_common_options(project):
    shown = options_in_help(project.ddbgit("help").out)
    assert len(shown) == 8
    assert options_in_manual("ddbgit.1.scd") == list(shown)


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_the_manual_has_the_exit_statuses_of_the_help(project, command):
    page = f"ddbgit-{command}.1.scd" if command else "ddbgit.1.scd"
    words = ["help"] + ([command] if command else [])
    shown = project.ddbgit(*words).out.split("\nExit status:\n")[1]
    if not (MANUAL / page).exists():
        pytest.skip("no manual pages were built")
    text = (MANUAL / page).read_text().split("\n# EXIT STATUS\n")[1]
    text = text.split("\n# ")[0]
    written = [int(number) for number in re.findall(r"\*(\d+)\*", text)]
    assert [number for number in written if number < 128] == [
        int(line.split()[0]) for line in shown.splitlines()
        if int(line.split()[0]) < 128]
    assert {130, 143} <= set(written)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_the_help_parse(project, command):
    """--help at the end: parsed in full, nothing is done."""
    text = project.ddbgit("help", command).out
    examples = re.findall(r"^  ddbgit (.*)$",
                          text.split("\nExamples:\n")[1], re.MULTILINE)
    assert len(examples) == 2
    for example in examples:
        words = example.split(" | ")[0].split()
        assert project.ddbgit(*words, "--help").out


def test_without_a_command_the_help_is_a_mistake(project):
    done = project.ddbgit(status=2)
    assert done.out == "" and done.err.startswith("usage: ddbgit")


@pytest.mark.parametrize("words, message", [
    (["dump", "--comit"],
     "unknown option '--comit'; did you mean '--commit'?"),
    (["dump", "--comm"], "unknown option '--comm'; did you mean '--commit'?"),
    (["restroe"], "unknown command 'restroe'; did you mean 'restore'?"),
    (["dump", "--env="], "option '--env' has an empty value"),
    (["dump", "prod"], "unexpected argument 'prod'"),
    (["dump", "--layout=tree"],
     "option '--layout': 'tree' is none of auto|single|chunked"),
    (["log", "-n", "many"], "option '--max-count': 'many' is not a number "
     "from 1 to 4,294,967,295"),
    (["hooks", "instal"],
     "there is no 'hooks instal', but install, remove and status"),
    (["restore", "--verify=some"],
     "option '--verify': 'some' is none of full|count|none"),
    (["dump", "--memory=1M"],
     "option '--memory': 1M is too little; at least 8M"),
    (["tag"], "usage: ddbgit tag NAME [REV]"),
])
def test_mistakes(project, words, message):
    done = project.ddbgit(*words, status=2)
    assert done.err.splitlines()[0] == f"[ERROR] {message}"
    assert done.out == ""


CAPACITY = ["0", "-1", "0%", "100.5%", "NaN", "inf", "1e3", "0x10", " 5", "1.2.3",
            "٣", "%", "5%%", "9" * 400]
NUMBER = ["0", "-1", "1.5", "NaN", "1e3", "0x10", " 5", "٣", "9" * 40]
NAME = ["a b", "\n", "é", "\u202e", "../x", "x" * 300]


@pytest.mark.parametrize("option, commands, values", [
    ("--max-rcu", ["dump", "restore", "diff", "verify"], CAPACITY),
    ("--max-wcu", ["restore", "verify"], CAPACITY),
    ("--segments", ["dump"], NUMBER + ["1000001"]),
    ("--max-count", ["log"], NUMBER),
    ("--memory", ["dump", "log"], NUMBER + ["1X", "1M"]),
    ("--temp-dir", ["dump", "verify"], ["missing", "README", "\n"]),
    ("--table", ["dump", "diff"], NAME),
    ("--env", ["dump", "restore"], NAME),
    ("--region", ["dump", "restore", "diff"], NAME),
    ("--endpoint-url", ["dump"], ["x", "http://", *NAME]),
    ("--tag", ["dump"], ["a..b", "-", "a b", "\n"]),
    ("--branch", ["dump"], ["a..b", "-", "a b", "\n"]),
    ("--program", ["hooks"], ["ddbgit", *NAME]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_nonsense_is_refused_before_anything_is_asked(
        project, fake, option, commands, values):
    project.local(fake.endpoint, "media")
    for command in commands:
        more = ["install"] if command == "hooks" else []
        for value in values:
            done = project.ddbgit(command, *more, f"{option}={value}",
                                  status=2)
            assert done.err.startswith("[ERROR] ") and done.out == ""
            assert option.strip("-").split("-")[0] in done.err, str(done)
    assert fake.requests == []


def test_a_mistake_is_json_where_json_was_asked_for(project):
    done = project.ddbgit("dump", "--comit", "--json", status=2)
    error = json.loads(done.out)
    assert error["type"] == "error" and error["code"] == "usage"
    assert error["exit"] == 2 and "did you mean" in error["message"]
    assert done.err.startswith("[ERROR] ")


def test_help_is_json_where_json_was_asked_for(project):
    text, summary = project.ddbgit("help", "log", "--json").records
    assert text["text"].startswith("usage: ddbgit log")
    assert summary == {"type": "summary", "command": "help", "exit": 0}


def shell(project, line):
    return project.run("sh", "-c", line, status=None,
                       env={"DDBGIT": str(projects.binary())})


@pytest.mark.parametrize("output, why", [
    (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")])
@pytest.mark.parametrize("words", ["help", "--version", "init", "log",
                                   "doctor", "hooks status"])
def test_output_that_cannot_be_written_is_a_failure(project, words, output,
                                                    why):
    write_history(project)
    done = shell(project, f'"$DDBGIT" {words} {output}')
    assert done.status == 1
    assert done.err.endswith(
        f"[ERROR] cannot write to standard output: {why}\n")


def write_history(project):
    """One backup, for `log`."""
    folder = project.snapshot()
    folder.mkdir(parents=True)
    (folder / "table-data.json").write_text('{"Items":[]}\n')
    project.git("add", "backups")
    project.git("commit", "-q", "-m", "A backup by hand")


def test_a_reader_that_stops_early_is_no_cause_for_a_message(project):
    # The reader is gone before the program writes.
    done = shell(project, '{ sleep 0.2; "$DDBGIT" help; } | :')
    assert done.err == "" and done.status == 0


def test_directory(project):
    (project.path / "inner").mkdir()
    done = project.ddbgit("-C", "inner", "-C", "nowhere", "log", status=1)
    assert "cannot work in 'nowhere': No such file" in done.err


def test_messages_are_coloured_on_a_terminal_only(project):
    red = "\x1b[31m[ERROR]\x1b[0m "
    assert project.terminal("dmup", status=2).out.startswith(red)
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = project.terminal("dmup", env=env, status=2).out
        assert shown.startswith("[ERROR] ")
    assert project.ddbgit("dmup", status=2).err.startswith("[ERROR] ")


def test_closed_standard_streams_do_no_harm(project):
    done = shell(project, '"$DDBGIT" --version <&- 2>&-')
    assert done.status == 0 and done.out.startswith("ddbgit ")


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize("operation", ["DescribeTable", "Scan"])
@pytest.mark.parametrize("number, status", SIGNALS)
def test_an_interrupted_dump_leaves_nothing(project, number, status,
                                            operation):
    with fake_dynamodb.Server() as fake:
        fake.create("media", items=[{"id": {"S": str(n)}} for n in range(9)])
        fake.page_items = 3
        project.local(fake.endpoint, "media")
        fake.fault("stall", operation=operation)
        err = interrupt(project, fake, operation, number, status, "dump")
    assert err.splitlines()[-1] == "[ERROR] interrupted"
    assert not project.snapshot().exists()


@pytest.mark.parametrize("operation", ["DescribeTable", "BatchWriteItem",
                                       "Scan"])
@pytest.mark.parametrize("number, status", SIGNALS)
def test_an_interrupted_restore_can_be_run_again(project, number, status,
                                                 operation):
    with fake_dynamodb.Server() as fake:
        items = [{"id": {"S": str(n)}} for n in range(60)]
        fake.create("media", items=items)
        project.local(fake.endpoint, "media")
        project.ddbgit("dump")
        before = sorted(project.snapshot().iterdir())
        fake.tables["media"].items.clear()
        fake.forget()
        fake.fault("stall", operation=operation)
        err = interrupt(project, fake, operation, number, status, "restore")
        assert err.splitlines()[-1] == "[ERROR] interrupted"
        assert sorted(project.snapshot().iterdir()) == before
        fake.forget()
        project.ddbgit("restore")
        assert len(fake.tables["media"].items) == 60


def interrupt(project, fake, operation, number, status, *args):
    """Sends the signal when the operation has been asked for; stderr."""
    temporary = project.path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [projects.binary(), *args], cwd=project.path,
        env={**project.env, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + projects.SECONDS
    while not fake.count(operation) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=projects.SECONDS)
    assert process.returncode == status, out + err
    assert out == "" and not list(temporary.iterdir())
    return err


@pytest.mark.parametrize("number, status", SIGNALS)
def test_a_signal_stops_a_run_that_waits(project, number, status):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        project.local(f"http://127.0.0.1:{silent.getsockname()[1]}", "media")
        process = subprocess.Popen(
            [projects.binary(), "dump"], cwd=project.path, env=project.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.settimeout(20)
        connection, _ = silent.accept()  # it waits for an answer now
        with connection:
            process.send_signal(number)
            out, err = process.communicate(timeout=projects.SECONDS)
    assert process.returncode == status, out + err
    assert err.splitlines()[-1].endswith("interrupted")
    assert not project.snapshot().exists()
