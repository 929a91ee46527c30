"""What the benchmarks' tables and plots are made with; nothing is measured."""

import hashlib
import json
import pathlib
import sys
import xml.etree.ElementTree

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "bench"))

import history  # noqa: E402
import measure  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
from measure import Cost  # noqa: E402
from results import Goal, Point, Result, Row, Table, load, save  # noqa: E402


def dump():
    return Result("dump", "2025-01-27", "2 × a machine", tables=[Table("Dump", [
        Row("ours", "ours", [Cost(3, 2, 40), Cost(1, 1, 50), Cost(2, 9, 60)],
            140, beside="loop", goals=[
                Goal("wall", 1 / 40, "loop"), Goal("peak", 49),
                Goal("cpu", 0.5, "far"), Goal("rate", 70, least=True),
                Goal("wall", 1, "none")]),
        Row("plain", "ours", [Cost(1.5, 1, 40)], 140),
        Row("the rest", "ours", [Cost(2, 2, 50)], 140, less="plain"),
        Row("loop", "peer", [Cost(100, 90, 60)], 140),
        Row("far", "peer", [Cost(4, 1, 164)], 140, elsewhere=True),
        Row("first line", "ours", [Cost(0.01, 0)]),
        Row("none", "peer", skipped="not built"),
    ])])


def axis():
    return Result("items", points=[
        Point(x, [Row("dump", "ours", [Cost(x / 1e5, x / 1e5, 42)], x / 1e3)])
        for x in (1e4, 1e5, 5e6)])


@pytest.mark.parametrize("value, shown", [
    (0, "0"), (0.0123, "0.012"), (0.5, "0.500"), (1.234, "1.23"),
    (12.34, "12.3"), (1265.4, "1,265"), (-0.01, "-0.010")])
def test_numbers_have_three_digits(value, shown):
    assert report.number(value) == shown


@pytest.mark.parametrize("value, shown", [
    (0.025, "1/40"), (0.2, "1/5"), (0.4, "0.40"), (0.8, "0.80"), (1.5, "1.50")])
def test_shares_read_as_people_say_them(value, shown):
    assert report.share(value) == shown


def test_goals_compare_medians():
    result = dump()
    row = result.row("ours")
    assert [report.goal(result, row, goal) for goal in row.goals] == [
        "✓ 1/50 (≤ 1/40 of loop's wall)",
        "✗ 50.0 (≤ 49.0 MiB)",
        "✗ 2.00 (≤ 0.50 of far's cpu, measured elsewhere)",
        "✓ 70.0 (≥ 70.0 MB/s)",
        "≤ 1.00 of none's wall: not measured"]


def test_a_row_may_be_a_difference():
    result = dump()
    assert result.cost(result.row("the rest")).wall == 0.5
    result.row("plain").runs = []
    assert result.cost(result.row("the rest")) is None


def test_a_table_has_a_line_a_row():
    lines = report.table(dump(), dump().tables[0]).splitlines()[2:]
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| ours | 3 | 2.00 | 2.00 | 50.0 | 70.0 | 1/50")
    assert lines[6].startswith("| far (measured elsewhere) | 1 |")
    assert lines[7] == "| first line | 1 | 0.010 |  |  |  |  |  |"
    assert lines[8].endswith("| not built |")


def test_an_axis_has_a_line_a_point_for_seconds_and_for_peaks():
    result = axis()
    result.points[0].rows = []
    seconds, peaks = [part.splitlines()[2:] for part in
                      report.axis(result).split("\n\n**")]
    assert len(seconds) == len(peaks) == 5
    assert seconds[-1] == "| 5,000,000 | 50.0 / 50.0 |"
    assert seconds[-3] == "| 10,000 | – |"
    assert peaks[-1] == "| 5,000,000 | 42.0 |"


def test_figures_survive_the_file(tmp_path):
    for result in (dump(), axis()):
        save(tmp_path, result)
        again = load(tmp_path, result.name)
        assert report.markdown(again) == report.markdown(result)
    assert load(tmp_path, "other") is None


def test_what_is_made_replaces_only_its_place():
    text = "a\n<!-- x -->\nold\n<!-- end -->\nb\n<!-- y -->\n<!-- end -->\nc\n"
    once = report.put(text, "x", r"new \1")
    assert "old" not in once and r"new \1" in once
    assert once.endswith("b\n<!-- y -->\n<!-- end -->\nc\n")
    assert report.put(once, "x", r"new \1") == once
    with pytest.raises(ValueError):
        report.put(text, "z", "new")


@pytest.mark.parametrize("result, count", [(dump(), 1), (axis(), 2)])
def test_plots_are_documents_for_both_schemes(result, count):
    made = list(plots.of(result))
    assert len(made) == count
    for _, _, svg in made:
        assert "prefers-color-scheme: dark" in svg
        root = xml.etree.ElementTree.fromstring(svg)
        width, height = map(float, root.get("viewBox").split()[2:])
        for node in root.iter():
            x, y = node.get("x", node.get("cx")), node.get("y", node.get("cy"))
            if x is not None:
                assert 0 <= float(x) <= width and 0 <= float(y) <= height


def test_bars_are_in_proportion():
    root = xml.etree.ElementTree.fromstring(
        plots.bars("t", [("a & b", 1.0, "ours"), ("c", 4.0, "peer")]))
    short, long = [float(node.get("width")) for node in root.iter()
                   if node.tag.endswith("rect")]
    assert long == pytest.approx(4 * short, rel=0.01)
    assert plots.WIDTH / 3 < long < plots.WIDTH


def test_runs_end_with_patience():
    def runs(seconds, patience):
        return len(measure.several(lambda: Cost(seconds, 0), 5, patience))

    assert [runs(1, 60), runs(18, 60), runs(57, 60), runs(90, 60)] == [
        5, 3, 1, 1]


def test_made_backups_are_snapshots():
    previous = None
    for backup in range(30):
        _, digest, files = history.files(backup)
        document = json.loads(files["table-data.json"])
        lines = files["table-data.json"].splitlines()[1:-1]
        lines = [line.removesuffix(",") for line in lines]
        assert document["Count"] == len(lines) == len(document["Items"])
        assert digest == hashlib.sha256(
            "".join(f"{line}\n" for line in lines).encode()).hexdigest()
        if previous:
            assert sum(a != b for a, b in zip(previous, lines)) == 1
        previous = lines


def test_the_page_is_what_the_kept_figures_make():
    page = (report.DOCS / "benchmarks.md").read_text()
    for path in report.RAW.glob("*.json"):
        result = load(report.RAW, path.stem)
        assert report.put(page, path.stem, report.markdown(result)) == page
        for file, _, svg in plots.of(result):
            assert (report.RAW / file).read_text() == svg
