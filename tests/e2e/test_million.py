"""A table larger than memory goes through the same code as a small one."""

import json
import re

import pytest

import project as projects
import replay

ITEMS = 1_000_000
# With --memory=32M: twice of it, a third less than promised.
LIMIT_KIB = 64 * 1024

pytestmark = pytest.mark.slow


@pytest.fixture
def table(project):
    with replay.Replay(ITEMS) as server:
        project.local(server.endpoint, "replay", env="dev")
        project.local(server.endpoint, "copy")
        yield server


def peak_kib(project, *args):
    """Runs ddbgit; its result, and the largest resident memory of it and its
    children as the kernel accounts it (VmHWM)."""
    report = project.path.parent / "peak"
    done = project.run("/usr/bin/time", "-f", "%M", "-o", report,
                       projects.binary(), *args, seconds=900)
    return done, int(report.read_text().split()[-1])


def bounded(project, what, *args):
    done, peak = peak_kib(project, *args, "--memory=32M")
    print(f"{what}: {peak} KiB")
    assert peak < LIMIT_KIB
    return done


def spilled(done):
    """The temporary space used, in MB."""
    found = re.search(r"Used ([\d.]+) (MB|GB) of temporary space", done.err)
    assert found, str(done)
    return float(found[1]) * (1000 if found[2] == "GB" else 1)


def same_bytes(a, b):
    with open(a, "rb") as left, open(b, "rb") as right:
        while True:
            part = left.read(1 << 20)
            if part != right.read(1 << 20):
                return False
            if not part:
                return True


def test_a_million_items_in_bounded_memory(project, table):
    done = bounded(project, "dump", "dump", "--env=dev", "--output=small")
    assert 600 < spilled(done) < 900
    metadata = json.loads(
        (project.path / "small" / "table-metadata.json").read_text())
    assert metadata["itemCount"] == ITEMS

    done = project.ddbgit("dump", "--env=dev", "--memory=2G",
                          "--output=large", seconds=900)
    assert "temporary space" not in done.err
    assert same_bytes(project.path / "small" / "table-data.json",
                      project.path / "large" / "table-data.json")

    # A foreign dump: no metadata, and out of key order.
    foreign = project.path / "foreign"
    foreign.mkdir()
    replay.write_dump(foreign / "table-data.json", ITEMS)
    (foreign / "table-schema.json").write_bytes(
        (project.path / "small" / "table-schema.json").read_bytes())
    done = bounded(project, "restore", "restore", "--source=foreign",
                   "--verify=full")
    # Twice: the dump's own, and the table's while it is compared.
    assert 1200 < spilled(done) < 1800
    assert "1,000,000 items as expected" in done.err, str(done)
    counts = table.counts()
    assert counts["distinct"] == counts["puts"] == ITEMS
    assert counts["foreign"] == counts["oversized"] == 0


def test_the_change_count_in_bounded_memory(project, table):
    bounded(project, "first commit", "dump", "--env=dev", "--commit")
    data = project.snapshot("dev") / "table-data.json"
    # Another backup by hand, so that every item is compared.
    line_ends = "".join(f"s/{end}$/{end}\\r/;" for end in (",", "}", r"\["))
    project.run("sed", "-i", line_ends, data)
    project.git("commit", "-q", "-a", "-m", "Line ends")
    done = bounded(project, "show", "show", "HEAD")
    assert "+0 ~0 -0" in done.out
    # Against that tip, which is not of ddbgit's form, nothing has changed.
    done = bounded(project, "unchanged", "dump", "--env=dev", "--commit")
    assert "No changes since" in done.err
    # One item differs.
    project.run("sed", "-i", "2s/\"N\":\"1/\"N\":\"2/", data)
    project.git("commit", "-q", "-a", "-m", "One item")
    done = bounded(project, "changed", "dump", "--env=dev", "--commit")
    assert "0 added, 1 changed, 0 removed" in project.git("log", "-1")
    project.git("gc", "-q")
    done = bounded(project, "show, packed", "show", "HEAD")
    assert "+0 ~1 -0" in done.out
    done = bounded(project, "log", "log", "--env=dev")
    assert len(done.out.splitlines()) >= 4
