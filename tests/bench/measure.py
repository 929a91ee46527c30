"""What a process costs: wall seconds, CPU seconds, peak memory; and tables of
the medians."""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, user and system, with its children
    peak: float  # MiB, of the process or its largest child

    def __sub__(self, other):
        """What one run costs on top of another."""
        return Cost(self.wall - other.wall, self.cpu - other.cpu, self.peak)


def once(command, cwd, env):
    # Between us and the command stands GNU time, since a child's peak begins
    # with the memory of the process it was forked from.
    with tempfile.NamedTemporaryFile("r") as peak:
        began = time.monotonic()
        process = subprocess.Popen(
            ["time", "--format=%M", f"--output={peak.name}",
             *map(str, command)],
            cwd=cwd, env=env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        kib = int(peak.read())
    return Cost(wall, usage.ru_utime + usage.ru_stime, kib / 1024)


def median(command, cwd, env, runs, before=lambda: None):
    """before() puts things back before each run; it is not measured."""
    costs = []
    for _ in range(runs):
        before()
        costs.append(once(command, cwd, env))
    return Cost(*(statistics.median(getattr(cost, field.name)
                                    for cost in costs)
                  for field in dataclasses.fields(Cost)))


def machine():
    names = [line.split(":", 1)[1].strip() for line in
             pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (f"{os.cpu_count()} × {names[0] if names else 'unknown'}, "
            f"{pages / 2**30:.0f} GiB, {os.uname().sysname} "
            f"{os.uname().release}; load {os.getloadavg()[0]:.1f}")


def table(title, megabytes, rows, peer=None):
    """A Markdown table; with a peer, each row's share of its wall time."""
    print(f"\n### {title}\n")
    print("| | wall s | CPU s | peak MiB | MB/s | of the peer's wall |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, cost in rows.items():
        rate = megabytes / cost.wall if cost.wall > 0 else 0
        share = f"{cost.wall / rows[peer].wall:.3f}" if peer else ""
        print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | "
              f"{cost.peak:.0f} | {rate:.0f} | {share} |", flush=True)
