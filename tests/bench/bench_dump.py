"""Dump beside boto3's bare Scan loop, on the same server, in the same run.

    .deps/venv/bin/python tests/bench/bench_dump.py [--items N] [--runs N]

Prints medians: wall seconds, CPU seconds, peak memory, MB/s, and the ratios
to the peer.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import project as projects  # noqa: E402
import replay  # noqa: E402

PEER = """
import boto3, sys
client = boto3.client("dynamodb", endpoint_url=sys.argv[1],
                      region_name="us-east-1", aws_access_key_id="x",
                      aws_secret_access_key="y")
count = 0
for page in client.get_paginator("scan").paginate(TableName="replay"):
    count += len(page["Items"])
print(count)
"""


def run(command, cwd, env):
    """Seconds on the wall, seconds of CPU, peak MiB of one process."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=env,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(command, cwd, env, runs):
    measured = [run(command, cwd, env) for _ in range(runs)]
    return [statistics.median(column) for column in zip(*measured)]


def machine():
    names = [line.split(":", 1)[1].strip()
             for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if os.path.exists(
                 "/proc/cpuinfo") else []
    return f"{os.cpu_count()} × {names[0] if names else 'unknown'}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--peer-runs", type=int, default=1)
    given = options.parse_args()
    with replay.Replay(given.items) as server, \
            tempfile.TemporaryDirectory() as scratch:
        made = projects.Project(pathlib.Path(scratch) / "project")
        made.local(server.endpoint, "replay", env="bench")
        ours = medians([projects.binary(), "dump", "--env=bench", "-q"],
                       made.path, made.env, given.runs)
        peer = medians([sys.executable, "-c", PEER, server.endpoint],
                       made.path, {**os.environ}, given.peer_runs)
        metadata = json.loads((made.snapshot("bench") /
                               "table-metadata.json").read_text())
        size = metadata["dataBytes"] / 1e6
    print(f"{given.items:,} items, {size:.1f} MB canonical, {machine()}")
    print(f"{'':18}{'wall s':>9}{'CPU s':>9}{'MiB':>9}{'MB/s':>9}")
    for name, (wall, cpu, peak) in (("ddbgit dump", ours),
                                    ("boto3 scan loop", peer)):
        print(f"{name:18}{wall:9.2f}{cpu:9.2f}{peak:9.0f}{size / wall:9.0f}")
    print(f"ratio{'':13}" + "".join(f"{a / b:9.3f}"
                                    for a, b in zip(ours, peer)))


if __name__ == "__main__":
    main()
