"""On a terminal that is resized, while progress is shown, a question waits or
a pager runs: what stands on its screen then."""

import re
import shutil
import time

import pytest

import capacity
import made_history
import tmux


@pytest.fixture
def slow(project, fake):
    """A table that takes a minute to read."""
    fake.create("media", [{"id": {"S": f"item-{n:05}"}, "t": {"S": "x" * 3000}}
                          for n in range(2000)])
    fake.capacity = capacity.Meter(1)
    project.local(fake.endpoint, "media")
    return project


@pytest.fixture
def protected(project, fake):
    """A restore of one item into a table that asks."""
    table = fake.create("prod-media", [{"id": {"S": "1"}}])
    project.local(fake.endpoint, "prod-media", env="prod")
    project.ddbgit("dump", "--env=prod")
    fake.forget()
    yield table
    assert fake.count("BatchWriteItem") == 0


QUESTION = "^Type the table's name to go on:"


def test_a_question_is_asked_again_after_a_stop(project, protected):
    with tmux.Screen(project) as screen:
        screen.type("ddbgit restore --env=prod")
        screen.wait(QUESTION)
        screen.resize(40)
        screen.resize(80)
        screen.key("C-z")
        screen.finish()
        screen.type("clear; fg")
        lines = screen.wait(QUESTION)
        assert any("1 item would be written" in line for line in lines)
        screen.key("C-d")
        lines = screen.finish()
        assert any("not confirmed" in line for line in lines)


def shown(lines):
    """The items of the one line of progress."""
    count, = re.findall(r"^Reading: (\d+) items", "\n".join(lines), re.M)
    return count


def test_a_narrower_terminal_keeps_no_rest_of_the_progress(slow):
    with tmux.Screen(slow) as screen:
        screen.type("ddbgit dump --max-rcu=20")
        screen.wait(r"^Reading: \d+ items.*units/s$")
        for columns in (60, 40, 25, 70, 100, 50):
            screen.resize(columns)
            was = shown(screen.lines())
            while shown(screen.lines()) == was:
                time.sleep(0.05)
            line = screen.lines()[-1]
            assert line.startswith("Reading: ") and len(line) < columns
        screen.key("C-c")
        lines = screen.finish()
    assert not any("Reading: " in line or "items," in line for line in lines)
    assert "[ERROR] interrupted" in lines


def test_a_terminal_is_not_told_the_same_twice(project, fake):
    fake.create("media", [{"id": {"S": "1"}}])
    project.local(fake.endpoint, "media")
    for words in (["dump", "--commit"], ["tag", "kept"], ["restore"],
                  ["verify", "--against=live"]):
        shown = project.terminal(*words).out
        messages = [line for line in shown.splitlines() if "[" in line]
        fields = [line for line in project.terminal(
            *words, "-q").out.splitlines() if "  " in line]
        assert len(messages) > 0 and len(fields) > 1
        name = fields[-1].split()[0]
        assert not any(line.startswith(name) for line in shown.splitlines())
        # Whoever keeps the results gets them.
        assert f"\n{name} " in project.ddbgit(*words).out


def test_what_only_the_table_has_is_told(project, fake):
    table = fake.create("media", [{"id": {"S": "1"}}])
    project.local(fake.endpoint, "media")
    project.ddbgit("dump")
    table.put({"id": {"S": "2"}})
    done = project.ddbgit("restore")
    assert "1 item as expected; 1 more in the table\n" in done.err


def test_a_pager_that_is_quit_early_ends_well(project):
    if not shutil.which("less"):
        pytest.skip("less is not installed")
    writer, table = made_history.Writer(), made_history.Table("prod")
    for number in range(60):
        table.items = {0: {"n": {"N": str(number)}}}
        table.date = writer.clock = made_history.BEGIN + number * 86400
        writer.commit("main", f"day {number}",
                      {table.folder: made_history.files(table)},
                      {"prod": table})
    writer.write(project)
    with tmux.Screen(project, env={"GIT_PAGER": "less"}) as screen:
        screen.type("ddbgit log")
        first = screen.wait("^:$")
        assert sum("  prod  " in line for line in first) >= 22
        screen.resize(60)
        screen.resize(100)
        screen.wait("^:$")
        screen.key("q")
        screen.finish()
        screen.type("echo status=$?")
        lines = screen.wait("^status=")
    assert "status=0" in lines
    assert not any("[ERROR]" in line for line in lines)
