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
