"""One axis at a time: how many items, how many segments, how large an item.
Ourselves at every point."""

import shutil
import tempfile

from results import Point
from workshop import workshop


def _free(given, megabytes):
    """Room for the snapshot, its spilled items, its objects, and some."""
    return shutil.disk_usage(tempfile.gettempdir()).free / 1e6 > 4 * megabytes


SMALL = "--memory=32M"


def _commits(shop):
    """What Git adds, at the first backup and once 20 items have changed."""
    args = ("dump", "--env=bench", "--commit", SMALL)
    rows = [shop.ours("first commit, 32M", *args, before=shop.empty),
            shop.ours("20 changed, commit, 32M", *args, before=shop.change)]
    if shop.works("diff", "HEAD~1", "HEAD"):
        rows.append(shop.ours("diff of 20 changed", "diff", "HEAD~1", "HEAD",
                              SMALL))
    return rows


def _rows(shop, commits):
    """Peaks are of --memory=32M: a table of 100,000 items passes it already,
    so that what grows with the table would be seen."""
    rows = [shop.ours("dump", "dump", "--env=bench"),
            shop.ours("dump, 32M", "dump", "--env=bench", SMALL)]
    source = shop.scratch / "source"
    shop.folder.rename(source)
    rows.append(shop.ours("restore, verified, 32M", "restore", "--env=copy",
                          f"--source={source}", SMALL))
    shutil.rmtree(source)
    return rows + (_commits(shop) if commits else [])


def items(given):
    points = []
    for count in given.axis_items:
        if _free(given, count * given.size / 1e6):
            with workshop(given, items=count) as shop:
                points.append(Point(count, _rows(shop, True)))
    return points


def segments(given):
    points = []
    with workshop(given) as shop:
        for count in (1, 2, 4, 8, 16, 32, 64):
            points.append(Point(count, [
                shop.ours("dump", "dump", "--env=bench",
                          f"--segments={count}"),
                shop.ours("dump, 32M", "dump", "--env=bench",
                          f"--segments={count}", SMALL)]))
    return points


def sizes(given):
    points = []
    for size in (100, 700, 4000, 32_000, 300_000):
        count = min(given.items, given.most // size)
        if _free(given, count * size / 1e6):
            with workshop(given, items=count, size=size) as shop:
                points.append(Point(size, _rows(shop, False)))
    return points
