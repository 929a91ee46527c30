"""What stands on a terminal: no line wraps that need not, and columns stay
columns whatever alphabet the text is in."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

import made_history
import made_snapshot
import project as projects

TABLE = "media-assets-of-the-whole-company"
WIDE = "日本語のとても長い名前がここに入りますのでどうぞよろしくお願いいたします"


def columns(text):
    """By Python's own tables."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def screen(project, width, *args, **env):
    """The lines that a terminal of this width is given, without colors."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, width, 0, 0))
    with subprocess.Popen(
            [projects.binary(), *args], cwd=project.path, stdin=slave,
            stdout=slave, stderr=slave, start_new_session=True,
            env={**project.env, "TERM": "xterm", "GIT_PAGER": "cat", **env}):
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 4096)
            except OSError:  # the end, on Linux
                break
    os.close(master)
    text = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown.decode())
    return text.replace("\r\n", "\n").split("\n")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = projects.Project(tmp_path_factory.mktemp("screens") / "p")
    writer = made_history.Writer()
    table = made_snapshot.Table("prod")
    world = {"prod": table}
    for number, text in enumerate((WIDE, WIDE[:-1] + "ん", "short")):
        table.items = {
            0: {"name": {"S": text}, "tags": {"SS": [
                f"{n}{text}" for n in range(3)]}},
            8: {"名前": {"S": text}}}
        table.date = writer.clock = made_history.BEGIN + number * 86400
        before = None if number == 0 else table
        files = made_snapshot.files(table)
        said = made_history.message(table, before, table.stated)
        writer.commit("main", said.replace("prod-t", TABLE),
                      {table.folder: files}, world)
        writer.tag("light")
        if number == 2:
            writer.stream.append(b"reset refs/tags/a-tag-of-some-length\n"
                                 b"from :3\n\n")
    writer.write(made)
    return made


@pytest.mark.parametrize("args", [
    ["log"], ["log", '--key={"id":{"S":"a"}}'], ["log", '--key={"id":{"S":"😀"}}'],
    ["diff", "t1", "t2"], ["diff", "t2", "t3"], ["diff", "t3", "t1"],
    ["show"], ["status", "--offline"], ["help"], ["help", "restore"],
    ["help", "log"]])
def test_nothing_is_wider_than_eighty_columns(project, args):
    shown = screen(project, 80, *args)
    assert len(shown) > 3
    wide = [line for line in shown if columns(line) > 80]
    assert not wide


def test_a_long_table_name_is_cut_on_a_terminal_alone(project):
    rows = [line for line in screen(project, 80, "log") if "…" in line]
    assert len(rows) == 3
    assert {line.index("…") for line in rows} == {rows[0].index("…")}
    assert all(re.search(r"…  +2  \+\d+ ~\d+ -\d+", line) for line in rows)
    for shown in (screen(project, 200, "log"),
                  project.ddbgit("log").out.splitlines()):
        assert sum(TABLE in line for line in shown) == 3
        assert not any("…" in line for line in shown)
        assert any(line.endswith("(a-tag-of-some-length, t3)")
                   for line in shown)
    narrow = screen(project, 40, "log")
    assert any(TABLE[:11] + "…" in line for line in narrow)
    assert any(line == "         (a-tag-of-some-length, t3)"
               for line in narrow)


def test_messages_are_broken_at_blanks_where_they_fit(project):
    words = ["status", "--offline", "--env=" + "x" * 20, "--live"]
    for width in (60, 40):
        lines = screen(project, width, *words)
        assert len(lines) > 1 and max(map(len, lines)) < width
        assert " ".join(line.strip() for line in lines).startswith(
            "[ERROR] --live and --offline exclude each other")
    # Too narrow for sentences: as they are.
    assert len(screen(project, 30, *words)) == len(
        screen(project, 200, *words))
    assert screen(project, 200, *words, COLUMNS="40") == screen(
        project, 40, *words)
    # Elsewhere a message is one line, for those who look for it.
    done = project.ddbgit(*words, status=2, env={"COLUMNS": "40"})
    assert len(done.err.splitlines()) == 1


def test_values_are_cut_by_columns(project):
    shown = screen(project, 80, "diff", "t1", "t3")
    for line in shown:
        if "→" in line:
            assert columns(line) < 80
    long = [line for line in project.ddbgit(
        "diff", "--full", "t1", "t3").out.splitlines() if WIDE in line]
    assert long
