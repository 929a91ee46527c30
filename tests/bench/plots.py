"""Plots as SVG, from results: bars for a table, lines for an axis. Colours are
chosen by the reader's scheme, light or dark; text keeps its size and font."""

import html
import math

WIDTH = 720
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #333 }
.small { font-size: 11px; fill: #666 }
.grid { stroke: #ddd } .frame { stroke: #888; fill: none }
.ours { fill: #1a7f5a } .peer { fill: #b4b9c2 } .floor { fill: #7d9cc9 }
.line { fill: none; stroke-width: 2 }
.s0 { stroke: #1a7f5a } .s1 { stroke: #c2571a } .s2 { stroke: #3b6fb5 }
.s3 { stroke: #8a4fa3 } .s4 { stroke: #8a8a2a }
.d0 { fill: #1a7f5a } .d1 { fill: #c2571a } .d2 { fill: #3b6fb5 }
.d3 { fill: #8a4fa3 } .d4 { fill: #8a8a2a }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .small { fill: #aaa }
.grid { stroke: #444 }
.ours { fill: #3fb984 } .peer { fill: #6b7280 } .floor { fill: #5b7fb4 }
.s0 { stroke: #3fb984 } .s1 { stroke: #f0883e } .s2 { stroke: #79a8ee }
.s3 { stroke: #c490de } .s4 { stroke: #c9c95a }
.d0 { fill: #3fb984 } .d1 { fill: #f0883e } .d2 { fill: #79a8ee }
.d3 { fill: #c490de } .d4 { fill: #c9c95a }
}
</style>"""


# What the points of an axis are.
AXES = {"items": "items of 700 B", "segments": "segments",
        "sizes": "bytes an item"}


def short(value):
    """0.05, 3, 20k, 5M."""
    for limit, sign in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{sign}"
    return f"{value:g}"


def seconds(value):
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def text(x, y, content, kind="", anchor="start"):
    css = f' class="{kind}"' if kind else ""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}>'
            f"{html.escape(content)}</text>")


def document(height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
        f'{height}" width="{WIDTH}" height="{height}" role="img">',
        f"<title>{html.escape(title)}</title>", STYLE, *parts, "</svg>", ""])


def bars(title, rows):
    """rows: (name, seconds, role); lengths are in proportion."""
    left, right, step = 270, 80, 26
    longest = max(value for _, value, _ in rows)
    scale = (WIDTH - left - right) / longest
    parts = [text(8, 22, title)]
    for i, (name, value, role) in enumerate(rows):
        y = 38 + i * step
        length = max(value * scale, 1)
        parts.append(text(left - 8, y + 14, name, anchor="end"))
        parts.append(f'<rect class="{role}" x="{left}" y="{y}" '
                     f'width="{length:.1f}" height="18" rx="2"/>')
        parts.append(text(left + length + 6, y + 14, seconds(value), "small"))
    return document(48 + len(rows) * step, title, parts)


def ticks(low, high):
    """Powers of ten in between, and if those are few, 2 and 5 times them."""
    found = []
    for factors in ((1,), (1, 2, 5)):
        found = [factor * 10.0 ** power
                 for power in range(math.floor(math.log10(low)) - 1,
                                    math.ceil(math.log10(high)) + 1)
                 for factor in factors
                 if low <= factor * 10.0 ** power <= high * 1.0001]
        if len(found) >= 3:
            break
    return found


class Chart:
    """Logarithmic axes; a top and a bottom that hold all values."""

    def __init__(self, xs, ys, height=300):
        self.left, self.right, self.top, self.bottom = 60, 20, 40, 46
        self.height = height
        self.x_range = min(xs), max(xs) if max(xs) > min(xs) else 2 * max(xs)
        # A little room, and never a range that makes noise look steep.
        low, high = min(ys) / 1.3, max(ys) * 1.3
        self.y_range = (low, max(high, low * 8))

    def x(self, value):
        low, high = map(math.log, self.x_range)
        room = WIDTH - self.left - self.right
        return self.left + room * (math.log(value) - low) / (high - low)

    def y(self, value):
        low, high = map(math.log, self.y_range)
        room = self.height - self.top - self.bottom
        return (self.height - self.bottom
                - room * (math.log(value) - low) / (high - low))

    def frame(self, xs, label):
        floor = self.height - self.bottom
        parts = []
        for value in ticks(*self.y_range):
            y = self.y(value)
            parts.append(f'<path class="grid" d="M{self.left} {y:.1f}H'
                         f'{WIDTH - self.right}"/>')
            parts.append(text(self.left - 6, y + 4, short(value), "small",
                              "end"))
        for value in xs:
            x = self.x(value)
            parts.append(f'<path class="grid" d="M{x:.1f} {self.top}'
                         f'V{floor}"/>')
            parts.append(text(x, floor + 16, short(value), "small", "middle"))
        parts.append(text((self.left + WIDTH - self.right) / 2, floor + 34,
                          label, "small", "middle"))
        parts.append(f'<path class="frame" d="M{self.left} {self.top}'
                     f'V{floor}H{WIDTH - self.right}"/>')
        return parts


def lines(title, label, series):
    """series: name to a list of (x, y), both above 0; both axes are
    logarithmic."""
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    chart = Chart(xs, ys, height=300 + 18 * len(series))
    chart.bottom += 18 * len(series)
    parts = [text(8, 22, title), *chart.frame(xs, label)]
    for i, (name, points) in enumerate(series.items()):
        path = "L".join(f"{chart.x(x):.1f} {chart.y(y):.1f}"
                        for x, y in points)
        parts.append(f'<path class="line s{i % 5}" d="M{path}"/>')
        parts += [f'<circle class="d{i % 5}" cx="{chart.x(x):.1f}" '
                  f'cy="{chart.y(y):.1f}" r="3"/>' for x, y in points]
        y = chart.height - 18 * (len(series) - i) + 6
        parts.append(f'<rect class="d{i % 5}" x="{chart.left}" y="{y - 9}" '
                     'width="14" height="8"/>')
        parts.append(text(chart.left + 20, y, name, "small"))
    return document(chart.height, title, parts)


def series(result, figure):
    """For each row's name, its points on the axis with that figure."""
    found = {}
    for point in result.points:
        for row in point.rows:
            value = result.figure(row, figure)
            if value is not None and value > 0:
                found.setdefault(row.name, []).append((point.x, value))
    return found


def axis_plots(result):
    label = AXES[result.name]
    for what, title in (("rate", "Megabytes a second"),
                        ("peak", "Peak memory, MiB")):
        found = series(result, what)
        if found:
            yield (f"{result.name}-{what}.svg", title,
                   lines(title, label, found))


def table_plots(result):
    for i, table in enumerate(result.tables):
        rows = [(row.name + (" (elsewhere)" if row.elsewhere else ""),
                 result.cost(row).wall, row.role)
                for row in table.rows if result.cost(row) is not None]
        rows = [row for row in rows if row[1] > 0]
        if len(rows) > 1:
            title = f"{table.title}: wall seconds"
            end = f"-{i + 1}" if i > 0 else ""
            yield f"{result.name}{end}.svg", title, bars(title, rows)


def of(result):
    """(file name, text for who does not see it, SVG) for each plot."""
    yield from (axis_plots if result.points else table_plots)(result)
