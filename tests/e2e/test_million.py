"""A table larger than memory goes through the same code as a small one."""

import json
import os
import re
import subprocess

import pytest

import project as projects
import replay

ITEMS = 1_000_000
LIMIT_KIB = 96 * 1024

pytestmark = pytest.mark.slow


@pytest.fixture
def table(project):
    with replay.Replay(ITEMS) as server:
        project.local(server.endpoint, "replay", env="dev")
        project.local(server.endpoint, "copy")
        yield server


def peak_kib(project, *args, status=0):
    """Runs ddbgit; its result and VmHWM as the kernel accounts it."""
    report = project.path.parent / "peak"
    done = project.run("/usr/bin/time", "-f", "%M", "-o", report,
                       projects.binary(), *args, status=status, seconds=900)
    return done, int(report.read_text().split()[-1])


def spilled(done):
    found = re.search(r"([\d.,]+ [kMG]?B|[\d,]+ bytes) of temporary space",
                      done.err + done.out)
    assert found, str(done)
    return found.group(1)


def test_a_million_items_in_bounded_memory(project, table):
    small, peak = peak_kib(project, "dump", "--env=dev", "--memory=32M",
                           "--output=small")
    print(f"dump: {peak} KiB, {spilled(small)}")
    assert peak < LIMIT_KIB
    metadata = json.loads(
        (project.path / "small" / "table-metadata.json").read_text())
    assert metadata["itemCount"] == ITEMS

    peak_kib(project, "dump", "--env=dev", "--memory=2G", "--output=large")
    assert subprocess.run(
        ["cmp", "small/table-data.json", "large/table-data.json"],
        cwd=project.path, check=False).returncode == 0

    # A foreign dump: no metadata, and out of key order.
    foreign = project.path / "foreign"
    os.makedirs(foreign)
    replay.write_dump(foreign / "table-data.json", ITEMS)
    (foreign / "table-schema.json").write_bytes(
        (project.path / "small" / "table-schema.json").read_bytes())
    restored, peak = peak_kib(project, "restore", "--source=foreign",
                              "--memory=32M", "--verify=full")
    print(f"restore: {peak} KiB, {spilled(restored)}")
    assert peak < LIMIT_KIB


def test_the_change_count_in_bounded_memory(project, table):
    peak_kib(project, "dump", "--env=dev", "--commit", "--memory=32M")
    data = project.snapshot("dev") / "table-data.json"
    # Another backup by hand, so that every item is compared.
    text = data.read_bytes()
    data.write_bytes(text.replace(b"\n", b"\r\n"))
    project.git("commit", "-q", "-a", "-m", "Line ends")
    done, peak = peak_kib(project, "show", "HEAD", "--memory=32M")
    print(f"change count: {peak} KiB")
    assert peak < LIMIT_KIB
    assert "+0 ~0 -0" in done.out
