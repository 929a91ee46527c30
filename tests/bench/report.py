#!/usr/bin/env python3
"""Makes the tables and plots of docs/benchmarks.md from the raw figures in
docs/benchmarks/: between <!-- NAME --> and <!-- end --> stands what is made.

    python3 tests/bench/report.py
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import plots  # noqa: E402
import results  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
RAW = DOCS / "benchmarks"

UNITS = {"wall": "s wall", "cpu": "s CPU", "peak": "MiB", "rate": "MB/s",
         "objects": "MB of objects", "first": "ms"}


def number(value):
    """Three significant digits, without an exponent."""
    if value == 0:
        return "0"
    digits = 2 if abs(value) >= 1 else 3
    if abs(value) >= 100:
        digits = 0
    elif abs(value) >= 10:
        digits = 1
    return f"{value:,.{digits}f}"


def share(value):
    """A ratio as people say it: 1/40, or 0.25."""
    return f"1/{1 / value:.0f}" if 0 < value <= 0.2 else f"{value:.2f}"


def goal(result, row, one):
    """A goal and whether it is met, as text."""
    value = result.figure(row, one.what)
    other = result.row(one.of)
    sign = "≥" if one.least else "≤"
    bound = (f"{share(one.bound)} of {one.of}'s {one.what}" if one.of
             else f"{number(one.bound)} {UNITS[one.what]}")
    if one.of:
        base = result.figure(other, one.what)
        value = value / base if value is not None and base else None
    if value is None:
        return f"{sign} {bound}: not measured"
    met = value >= one.bound if one.least else value <= one.bound
    # A duration below nothing: what is less than the noise of its difference.
    shown = share(max(value, 0)) if one.of else number(value)
    return (f"{'✓' if met else '✗'} {shown} ({sign} {bound}"
            f"{', measured elsewhere' if other and other.elsewhere else ''})")


def line(result, row):
    cost = result.cost(row)
    name = row.name
    if row.elsewhere:
        name += " (measured elsewhere)"
    if cost is None:
        return f"| {name} | – | | | | | | {row.skipped or 'skipped'} |"
    beside = result.cost(result.row(row.beside))
    if row.beside == row.name or beside is None or beside.wall <= 0:
        ratio = ""
    else:
        ratio = f"{share(cost.wall / beside.wall)} of {row.beside}"
    rate = (number(row.megabytes / cost.wall)
            if row.megabytes and cost.wall > 0 else "")
    extra = [f"{number(value)} {UNITS.get(what, what)}"
             for what, value in row.extra.items()
             if what not in {one.what for one in row.goals}]
    goals = [goal(result, row, one) for one in row.goals]
    return (f"| {name} | {len(row.runs)} | {number(cost.wall)} "
            f"| {number(cost.cpu) if cost.cpu else ''} "
            f"| {number(cost.peak) if cost.peak and not row.less else ''} "
            f"| {rate} | {ratio} | {'<br>'.join(extra + goals)} |")


def table(result, one):
    return "\n".join([
        f"**{one.title}**", "",
        "| | runs | wall s | CPU s | peak MiB | MB/s | wall, beside | goal |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
        *(line(result, row) for row in one.rows)])


def axis(result):
    """Two tables, a line a point and a column a row: seconds, and peaks."""
    names = list(dict.fromkeys(row.name for point in result.points
                               for row in point.rows))

    def one(title, cell):
        lines = [f"**{title}**", "",
                 "| " + " | ".join([plots.AXES[result.name], *names]) + " |",
                 "|" + "--:|" * (len(names) + 1)]
        for point in result.points:
            rows = {row.name: row for row in point.rows}
            costs = [result.cost(rows.get(name)) for name in names]
            cells = [f"{point.x:,.0f}",
                     *("–" if cost is None else cell(cost) for cost in costs)]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)

    return "\n\n".join([
        one("Seconds, wall / CPU",
            lambda cost: f"{number(cost.wall)} / {number(cost.cpu)}"),
        one("Peak memory, MiB", lambda cost: number(cost.peak))])


def markdown(result):
    parts = [table(result, one) for one in result.tables]
    if result.points:
        parts.append(axis(result))
    parts += [f"![{alt}](benchmarks/{file})"
              for file, alt, _ in plots.of(result)]
    parts.append(f"<sub>{result.date}, {result.machine}; load before "
                 f"{result.load:.1f}; took {result.seconds:.0f} s.</sub>")
    return "\n\n".join(parts)


def put(text, name, made):
    """The document with `made` in NAME's place."""
    place = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)",
                       re.DOTALL)
    if not place.search(text):
        raise ValueError(f"docs/benchmarks.md has no place for {name}")
    return place.sub(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", text)


def write(names):
    path = DOCS / "benchmarks.md"
    text = path.read_text()
    for name in names:
        result = results.load(RAW, name)
        if result is None:
            continue
        for file, _, svg in plots.of(result):
            (RAW / file).write_text(svg)
        text = put(text, name, markdown(result))
    path.write_text(text)


if __name__ == "__main__":
    write(sorted(path.stem for path in RAW.glob("*.json")))
