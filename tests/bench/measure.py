"""What a process costs: wall seconds, CPU seconds, peak memory."""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


class Failed(Exception):
    """A command that was to be measured did not succeed."""


@dataclasses.dataclass
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, user and system, with its children
    peak: float = 0  # MiB, of the process or its largest child; 0: unknown

    def __sub__(self, other):
        """What one run costs on top of another."""
        return Cost(self.wall - other.wall, self.cpu - other.cpu, self.peak)


def median(costs):
    return Cost(*(statistics.median(getattr(cost, field.name)
                                    for cost in costs)
                  for field in dataclasses.fields(Cost)))


def once(command, cwd, env, stdout=None):
    """stdout: a file for it, else it is thrown away."""
    # Between us and the command stands GNU time, since a child's peak begins
    # with the memory of the process it was forked from.
    with tempfile.NamedTemporaryFile("r") as peak, \
            tempfile.TemporaryFile("w+") as said, \
            open(stdout or os.devnull, "wb") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            ["time", "--format=%M", f"--output={peak.name}",
             *map(str, command)],
            cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out,
            stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise Failed(f"{' '.join(map(str, command))}: status "
                         f"{process.returncode}\n{said.read()[-2000:]}")
        kib = int(peak.read().split()[-1])
    return Cost(wall, usage.ru_utime + usage.ru_stime, kib / 1024)


def first_line(command, cwd, env):
    """What passes until the first line stands in a pipe; the wall time is the
    figure, the rest is not known by then."""
    began = time.monotonic()
    with subprocess.Popen([*map(str, command)], cwd=cwd, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        line = process.stdout.readline()
        wall = time.monotonic() - began
        process.stdout.close()
        process.wait()
    if not line:
        raise Failed(f"{' '.join(map(str, command))}: nothing printed")
    return Cost(wall, 0)


def several(run, runs, patience, before=lambda: None):
    """Costs of up to `runs` runs; fewer once the next would end after
    `patience` seconds in all, but at least one. before() puts things back
    before each, unmeasured."""
    costs, spent = [], 0
    while len(costs) < runs:
        before()
        costs.append(run())
        spent += costs[-1].wall
        if spent + costs[-1].wall > patience:
            break
    return costs


def machine():
    names = [line.split(":", 1)[1].strip() for line in
             pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    system = dict(line.split("=", 1) for line in
                  pathlib.Path("/etc/os-release").read_text().splitlines()
                  if "=" in line)
    return (f"{os.cpu_count()} × {names[0] if names else 'unknown'}, "
            f"{pages / 2**30:.0f} GiB, {os.uname().sysname} "
            f"{os.uname().release.split('-')[0]}, "
            f"{system.get('PRETTY_NAME', '').strip(chr(34))}")
