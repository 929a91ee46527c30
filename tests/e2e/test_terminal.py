"""On a terminal that is resized, while progress is shown, a question waits or
a pager runs: what stands on its screen then."""

import re
import time

import pytest

import capacity
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
