"""The benchmarks in the middle: 200,000 items of 700 bytes, beside what others
need for the same, and beside the least that it can take."""

import re
import shutil
import subprocess

import history
import measure
import others
import project as projects
from results import Goal, Row, Table
from workshop import FIXED, MEMORY, bare_workshop, tool, workshop

BOTO_SCAN = "boto3 Scan loop"
BOTO_WRITE = "boto3 batch_writer loop"
DYNEIN_EXPORT = "dynein export"
DYNEIN_IMPORT = "dynein import"
FLOOR = "libcurl, pages thrown away"


def peak_goal(memory=""):
    return Goal("peak", FIXED + MEMORY[memory])


def dynein(shop, name, figures, command, before, beside):
    """Its row: measured if it was built, else the figures of elsewhere."""
    if shop.given.dynein:
        return shop.row(name, "peer",
                        others.dynein(shop.given.dynein, shop.server.endpoint,
                                      *command), before=before, beside=beside)
    if (shop.server.items, shop.server.size) != (others.DYNEIN_ITEMS, 700):
        return Row(name, "peer", skipped="not given with --dynein")
    return Row(name, "peer", [figures], shop.megabytes, beside,
               elsewhere=True)


def peers(shop, name, command, **more):
    if shop.given.no_peers:
        return Row(name, "peer", skipped="left out with --no-peers")
    return shop.row(name, "peer", command, **more)


def dump(given):
    with workshop(given) as shop:
        server = shop.server
        export = shop.scratch / "export.json"
        data = shop.folder / "table-data.json"
        rows = [
            shop.ours("ddbgit dump", "dump", "--env=bench", beside=BOTO_SCAN,
                      goals=[Goal("wall", 1 / 40, BOTO_SCAN),
                             Goal("wall", 1 / 8, DYNEIN_EXPORT),
                             Goal("cpu", 1 / 5, DYNEIN_EXPORT), peak_goal()]),
            shop.ours("ddbgit dump --memory=32M", "dump", "--env=bench",
                      "--memory=32M", beside=BOTO_SCAN,
                      goals=[peak_goal("32M")]),
            shop.row(FLOOR, "floor",
                     [tool("bench_fetch"), server.endpoint, server.table, 4],
                     beside=BOTO_SCAN),
            shop.row("sha256sum and cp of the file", "floor",
                     ["sh", "-c", 'sha256sum "$1" && cp "$1" "$2"', "sh",
                      data, shop.scratch / "cp"], beside=BOTO_SCAN),
            peers(shop, BOTO_SCAN, others.boto3_loop("scan", server.endpoint,
                                                     server.table)),
            dynein(shop, DYNEIN_EXPORT, others.DYNEIN_EXPORT,
                   (server.table, "export", "--output-file", export),
                   lambda: export.unlink(missing_ok=True), BOTO_SCAN),
            peers(shop, "dynamodump", others.dynamodump(
                server.endpoint, server.table, shop.scratch / "dynamodump"),
                beside=BOTO_SCAN),
            peers(shop, "aws dynamodb scan", others.aws_scan(
                server.endpoint, server.table), beside=BOTO_SCAN,
                stdout=shop.scratch / "aws.json"),
        ]
        return [Table(f"Dump, {server.items:,} items, "
                      f"{shop.megabytes:.0f} MB", rows)]


def _first(shop, layout):
    """A first commit beside a dump alone and git add of what it wrote."""
    plain = f"ddbgit dump, {layout}"
    first = f"ddbgit dump --commit, {layout}"
    part = f"the commit alone, {layout}"
    add = f"git add, {layout}"
    args = ("dump", "--env=bench", f"--layout={layout}")
    rows = [
        shop.ours(plain, *args, before=shop.empty),
        shop.ours(first, *args, "--commit", before=shop.empty,
                  goals=[peak_goal()]),
        Row(part, "ours", less=plain, beside=add, megabytes=shop.megabytes,
            goals=[Goal("wall", 0.8, add)]),
    ]
    rows[2].runs = rows[1].runs
    saved = shop.scratch / f"saved-{layout}"
    shutil.copytree(shop.path / "backups", saved)

    def plain_files():
        shop.empty()
        shutil.copytree(saved, shop.path / "backups")

    rows.append(shop.row(add, "floor", ["git", "add", "backups"],
                         before=plain_files))
    return rows


def _increment(shop, layout):
    """The same with 20 scattered items changed since the last commit."""
    plain = f"ddbgit dump, 20 changed, {layout}"
    again = f"ddbgit dump --commit, 20 changed, {layout}"
    part = f"the commit alone, 20 changed, {layout}"
    args = ("dump", "--env=bench", f"--layout={layout}")
    chunked = layout == "chunked"  # in one file all bytes change
    grown = []

    def change():
        shop.change()
        grown.append(shop.object_bytes())

    shop.empty()
    shop.do(*args, "--commit")
    rows = [shop.ours(plain, *args, before=shop.change),
            shop.ours(again, *args, "--commit", before=change,
                      goals=[peak_goal(),
                             *([Goal("objects", 1.5)] if chunked else [])]),
            Row(part, "ours", less=plain, beside=f"git add, {layout}",
                goals=[Goal("wall", 0.25, f"the commit alone, {layout}")]
                if chunked else [])]
    grown.append(shop.object_bytes())
    rows[1].extra["objects"] = (grown[-1] - grown[0]) / (len(grown) - 1) / 1e6
    rows[2].runs = rows[1].runs
    rows.append(shop.ours(f"ddbgit dump --commit, unchanged, {layout}", *args,
                          "--commit"))
    return rows


def commit(given):
    with workshop(given) as shop:
        layouts = shop.layouts()
        size = f"{shop.server.items:,} items, {shop.megabytes:.0f} MB"
        first = Table(f"First commit, {size}", [])
        later = Table(f"Later commits, {size}", [])
        for layout in ("single", "chunked"):
            if layout not in layouts:
                first.rows.append(Row(f"ddbgit dump --commit, {layout}",
                                      "ours", skipped="not in this version"))
                continue
            first.rows += _first(shop, layout)
            later.rows += _increment(shop, layout)
        return [first, later]


def restore(given):
    with workshop(given) as shop:
        server = shop.server
        shop.do("dump", "--env=bench", "--commit")
        source = shop.scratch / "source"
        shop.do("dump", "--env=bench", "--layout=single",
                f"--output={source}")
        shop.do("restore", "--env=copy", f"--source={source}",
                "--verify=none")  # makes the table
        to = ("restore", "--env=copy", "--yes")
        rows = [
            shop.ours("ddbgit restore --verify=none", *to,
                      f"--source={source}", "--verify=none",
                      beside=BOTO_WRITE,
                      goals=[Goal("wall", 1 / 4, DYNEIN_IMPORT),
                             Goal("cpu", 1 / 8, DYNEIN_IMPORT), peak_goal()]),
            shop.ours("ddbgit restore", *to, f"--source={source}",
                      beside=BOTO_WRITE, goals=[peak_goal()]),
            shop.ours("ddbgit restore --rev=HEAD --verify=none", *to,
                      "--rev=HEAD", "--verify=none", beside=BOTO_WRITE,
                      goals=[peak_goal()]),
        ]
        counts = server.counts()
        if counts["foreign"] or counts["oversized"] or \
                counts["distinct"] != server.items:
            raise measure.Failed(f"not what should be written: {counts}")
        rows.append(peers(shop, BOTO_WRITE, others.boto3_loop(
            "write", server.endpoint, "copy", source / "table-data.json")))
        export = shop.scratch / "export.json"
        if given.dynein:
            measure.once(others.dynein(
                given.dynein, server.endpoint, server.table, "export",
                "--output-file", export), shop.path, shop.env)
        before = server.counts()["puts"]
        rows.append(dynein(shop, DYNEIN_IMPORT, others.DYNEIN_IMPORT,
                           ("copy", "import", "--input-file", export),
                           lambda: None, BOTO_WRITE))
        puts = server.counts()["puts"] - before
        if given.dynein and puts != len(rows[-1].runs) * server.items:
            raise measure.Failed(f"dynein wrote {puts} items")
        return [Table(f"Restore, {server.items:,} items, "
                      f"{shop.megabytes:.0f} MB", rows)]


def diff(given):
    with workshop(given, items=given.diff_items) as shop:
        shop.do("dump", "--env=bench", "--commit")
        shop.change()
        shop.do("dump", "--env=bench", "--commit")
        beside = "git diff --stat"
        row = Row("ddbgit diff", "ours", skipped="not in this version")
        if shop.works("diff", "HEAD~1", "HEAD"):
            found = shop.project.ddbgit("diff", "--keys", "HEAD~1",
                                        "HEAD").out.splitlines()
            if len(found) != 20:
                raise measure.Failed(f"ddbgit diff finds {found}")
            row = shop.ours("ddbgit diff", "diff", "HEAD~1", "HEAD",
                            megabytes=0, beside=beside,
                            goals=[Goal("cpu", 0.05), peak_goal()])
        return [Table(
            f"Two revisions of {shop.server.items:,} items, 20 changed",
            [row,
             shop.ours("ddbgit show", "show", "HEAD", megabytes=0,
                       beside=beside, goals=[peak_goal()]),
             shop.row(beside, "floor",
                      ["git", "diff", "--stat", "HEAD~1", "HEAD"],
                      megabytes=0)])]


def verify(given):
    with workshop(given) as shop:
        shop.do("dump", "--env=bench", "--commit")
        files = sorted(path for path in shop.folder.rglob("*.json"))
        beside = "sha256sum of the files"
        sums = shop.scratch / "files"
        sums.write_bytes(b"\0".join(str(path).encode() for path in files))
        rows = [Row("ddbgit verify", "ours", skipped="not in this version")]
        if shop.works("verify", "HEAD"):
            rows = [shop.ours("ddbgit verify HEAD", "verify", "HEAD",
                              beside=beside, goals=[peak_goal()]),
                    shop.ours("ddbgit verify --source", "verify",
                              f"--source={shop.folder}", beside=beside,
                              goals=[peak_goal()])]
        rows += [shop.row(beside, "floor", ["xargs", "--null",
                                            f"--arg-file={sums}",
                                            "sha256sum"]),
                 shop.row("git fsck", "floor", ["git", "fsck", "--strict"],
                          beside=beside)]
        return [Table(f"Verify, {shop.server.items:,} items, "
                      f"{shop.megabytes:.0f} MB", rows)]


def log(given):
    with bare_workshop(given) as shop:
        history.make(shop.path, shop.env, given.backups)
        git = ["git", "log", "--", history.FOLDER]
        git_name = "git log -- PATH"
        command = [projects.binary(), "log", "--env=prod"]
        firsts = measure.several(
            lambda: measure.first_line(command, shop.path, shop.env),
            given.runs, given.patience)
        first = measure.median(firsts).wall
        listed = shop.project.run(*command).out
        if len(listed.splitlines()) < given.backups:
            raise measure.Failed("ddbgit log lists too few backups")
        return [Table(f"{given.backups:,} backups", [
            Row("ddbgit log, first line", "ours", firsts, beside=git_name,
                goals=[Goal("wall", 0.02)], extra={"first": first * 1000}),
            shop.row("ddbgit log", "ours", command, megabytes=0,
                     beside=git_name, goals=[Goal("wall", 1, git_name)]),
            shop.row(git_name, "peer", git, megabytes=0)])]


def canon(given):
    with bare_workshop(given) as shop:
        bench = tool("bench_canon")
        items = shop.scratch / "items"
        with open(items, "wb") as out:
            served = subprocess.Popen(
                [projects.tool("replay_server"), "--items",
                 str(given.items // 4), "--dump"], stdout=subprocess.PIPE)
            subprocess.run(["sed", "-n", r"s/,$//; s/^ *{\"/{\"/p"],
                           stdin=served.stdout, stdout=out, check=True)
            served.stdout.close()
            served.wait()
        megabytes = items.stat().st_size / 1e6

        def best(*args):
            out = subprocess.run([bench, "400", *args], check=True,
                                 capture_output=True, text=True).stdout
            rate = float(re.search(r"(\d+) MB/s", out)[1])
            return measure.Cost(megabytes / rate, megabytes / rate)

        runs = given.runs, given.patience
        jq = "jq -cS, which sorts names only"
        return [Table("Canonicaliser, one core", [
            Row("items in the processor's cache", "ours",
                measure.several(best, *runs), megabytes, beside=jq,
                goals=[Goal("rate", 600, least=True)]),
            Row(f"{megabytes:.0f} MB of items", "ours",
                measure.several(lambda: best(items), *runs), megabytes,
                beside=jq),
            shop.row(jq, "peer", ["jq", "-cS", ".", items],
                     megabytes=megabytes)])]
