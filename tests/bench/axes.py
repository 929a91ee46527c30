"""One axis at a time: how many items, how many segments, how large an item.
Ourselves at every point."""

import shutil

from results import Point
from workshop import workshop


def _free(given, megabytes):
    """Room for the snapshot, its spilled items, and its objects."""
    return shutil.disk_usage("/tmp").free / 1e6 > 4 * megabytes


def _rows(shop, commits):
    """Peaks are of --memory=32M: at the least size the items nearly fill it,
    so that what grows with the table would be seen."""
    small = "--memory=32M"
    rows = [shop.ours("dump", "dump", "--env=bench"),
            shop.ours("dump, 32M", "dump", "--env=bench", small)]
    source = shop.scratch / "source"
    shutil.copytree(shop.folder, source)
    if commits:
        rows.append(shop.ours("first commit, 32M", "dump", "--env=bench",
                              "--commit", small, before=shop.empty))
    shop.empty()
    rows.append(shop.ours("restore, verified, 32M", "restore", "--env=copy",
                          f"--source={source}", small))
    return rows


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
                          f"--segments={count}", "--memory=32M")]))
    return points


def sizes(given):
    points = []
    for size in (100, 700, 4000, 32_000, 300_000):
        count = min(given.items, given.most // size)
        if _free(given, count * size / 1e6):
            with workshop(given, items=count, size=size) as shop:
                points.append(Point(size, _rows(shop, False)))
    return points
