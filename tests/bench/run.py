#!/usr/bin/env python3
"""All benchmarks, each beside its peers and floors in the same run.

    python3 tests/bench/run.py --write --dynein PATH    # docs/benchmarks.md
    python3 tests/bench/run.py --quick dump restore

Medians as Markdown on stdout; with --write every run's figures go into
docs/benchmarks/, and docs/benchmarks.md and its plots are made anew from
them. Names on the command line leave the figures of the others as they are.
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import axes  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402
import suite  # noqa: E402

TABLES = {"dump": suite.dump, "commit": suite.commit,
          "restore": suite.restore, "diff": suite.diff,
          "verify": suite.verify, "log": suite.log, "canon": suite.canon}
AXES = {"items": axes.items, "segments": axes.segments, "sizes": axes.sizes}
NAMES = [*TABLES, *AXES]

FULL = {"items": 200_000, "runs": 5, "patience": 60, "axis_patience": 20,
        "diff_items": 1_000_000, "backups": 10_000, "most": 1_000_000_000,
        "axis_items": [10_000, 100_000, 200_000, 1_000_000, 5_000_000]}
QUICK = {"items": 30_000, "runs": 3, "patience": 10, "axis_patience": 5,
         "diff_items": 100_000, "backups": 1_000, "most": 60_000_000,
         "axis_items": [10_000, 100_000, 300_000]}


def options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="small tables, few runs: a few minutes")
    parser.add_argument("--write", action="store_true",
                        help="keep the figures, tables and plots in docs/")
    parser.add_argument("--dynein", metavar="PATH", type=os.path.abspath,
                        help="the program `dy`, built from awslabs/dynein")
    parser.add_argument("--no-peers", action="store_true",
                        help="ddbgit, floors and dynein only")
    parser.add_argument("--items", type=int, help="of the table in the middle")
    parser.add_argument("--runs", type=int, help="of each command, at most")
    parser.add_argument("--patience", type=float, metavar="SECONDS",
                        help="for all runs of a command; at least one is made")
    parser.add_argument("--most", type=int, metavar="BYTES",
                        help="of a table on the axis of item sizes")
    parser.add_argument("--axis-items", metavar="N,N,…",
                        type=lambda text: list(map(int, text.split(","))),
                        help="the axis of items")
    parser.add_argument("what", nargs="*", metavar="NAME",
                        help=f"of {', '.join(NAMES)} (default: all)")
    given = parser.parse_args()
    if unknown := set(given.what) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    given.size = 700
    for name, value in (QUICK if given.quick else FULL).items():
        if getattr(given, name, None) is None:
            setattr(given, name, value)
    return given


def measured(name, given):
    result = results.Result(
        name, datetime.date.today().isoformat(), measure.machine(),
        os.getloadavg()[0])
    began = time.monotonic()
    if name in TABLES:
        result.tables = TABLES[name](given)
    else:
        given.patience, patience = given.axis_patience, given.patience
        result.points = AXES[name](given)
        given.patience = patience
    result.seconds = time.monotonic() - began
    return result


def main():
    given = options()
    if not given.no_peers:
        subprocess.run([HERE / "install.sh"], check=True)
    failed = []
    for name in given.what or NAMES:
        print(f"\n<!-- {name} -->\n", flush=True)
        try:
            result = measured(name, given)
        except (measure.Failed, AssertionError, OSError,
                subprocess.SubprocessError) as error:
            print(f"{name} failed: {error}", file=sys.stderr, flush=True)
            failed.append(name)
            continue
        print(report.markdown(result), flush=True)
        if given.write:
            results.save(report.RAW, result)
            report.write([name])
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
