"""The chunked layout through the program: its files are held to
docs/snapshot-format.md by tests/support/chunks.py, which was written from that
page, and to what jq and Git say."""

import hashlib
import json
import os
import pathlib
import re

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import chunks
import fake_dynamodb
import project as projects
import replay
from conftest import put_items

EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "15"))

# Above 50 MiB, where a commit goes chunked by itself; and its neighbours.
LARGE = 76_000
MIDDLE = 40_000  # between half the limit and the limit
SMALL = 30_000


def layout(project, env="dev"):
    folder = project.snapshot(env)
    stated = json.loads((folder / "table-metadata.json").read_text())
    index = json.loads((folder / "table-data.json").read_text())
    assert (index["Items"] is True) == (stated["layout"] == "chunked")
    assert (folder / "table-data").exists() == (index["Items"] is True)
    return stated["layout"]


def keys_and_lines(folder):
    """The items of a chunked snapshot, in order; and its digest is right."""
    found = []
    for path in chunks.chunk_paths(folder):
        lines = path.read_bytes().split(b"\n")[1:-2]
        for line in lines:
            line = line.removesuffix(b",") + b"\n"
            key = json.loads(line)["id"]["S"]
            found.append((json.dumps(
                {"id": {"S": key}}, separators=(",", ":"),
                ensure_ascii=False).encode(), line))
    stated = json.loads((folder / "table-metadata.json").read_text())
    digest = hashlib.sha256(b"".join(line for _, line in found)).hexdigest()
    assert digest == stated["dataSha256"]
    assert len(found) == stated["itemCount"]
    return found


@pytest.fixture
def media(project, emulator, aws, make_table, table_name):
    """Some hundred KB of items in a table of the environment dev."""
    make_table(table_name, items=[
        {"id": {"S": f"item-{n:04}"}, "text": {"S": chr(97 + n % 26) * 700}}
        for n in range(400)])
    project.local(emulator.endpoint, table_name, env="dev")
    project.local(emulator.endpoint, table_name + "-copy")
    project.table = table_name
    return project


def test_files_are_those_of_the_format_and_restore(media, aws):
    media.ddbgit("dump", "--env=dev", "--layout=chunked")
    folder = media.snapshot("dev")
    assert layout(media) == "chunked"
    found = chunks.read(folder)
    assert len(found) > 3
    assert found == chunks.files(keys_and_lines(folder))
    done = media.ddbgit("restore", "--env=local", f"--source={folder}",
                        "--verify=full")
    assert "400 items as expected" in done.err


def test_one_change_rewrites_one_chunk_and_the_index(media, aws):
    media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit")
    folder = media.snapshot("dev")
    before = {path: (folder / path).stat().st_ino
              for path in chunks.read(folder)}
    put_items(aws, media.table, [
        {"id": {"S": "item-0200"}, "text": {"S": "!" * 700}}])
    media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit")
    after = {path: (folder / path).stat().st_ino
             for path in chunks.read(folder)}
    assert before.keys() == after.keys()
    changed = {path for path in after if after[path] != before[path]}
    assert len(changed) == 2 and "table-data.json" in changed
    named = media.git("show", "--format=", "--name-only").split()
    assert len([name for name in named if "/table-data/" in name]) == 1
    assert "0 added, 1 changed, 0 removed" in media.git("log", "-1")
    media.git("fsck", "--strict")
    assert media.git("status", "--short", "backups") == ""


def test_the_layout_changes_either_way_and_loses_nothing(media, aws):
    folder = media.snapshot("dev")
    media.ddbgit("dump", "--env=dev", "--layout=single", "--commit")
    single = (folder / "table-data.json").read_bytes()
    # The same data in another layout is no change: the tip's files stay.
    done = media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit")
    assert "No changes since" in done.err
    assert (folder / "table-data.json").read_bytes() == single
    assert layout(media) == "single"
    media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit",
                 "--allow-empty")
    assert layout(media) == "chunked"
    assert "0 added, 0 changed, 0 removed" in media.git("log", "-1")
    chunked = chunks.read(folder)
    done = media.ddbgit("dump", "--env=dev", "--layout=single", "--commit")
    assert "No changes since" in done.err
    assert chunks.read(folder) == chunked
    # A plain dump keeps what stands there only above half the limit.
    media.ddbgit("dump", "--env=dev")
    assert layout(media) == "single"
    assert (folder / "table-data.json").read_bytes() == single
    assert not list(folder.glob("table-data*/"))
    for revision in ("HEAD", "HEAD^"):
        done = media.ddbgit("restore", "--env=local", f"--rev={revision}",
                            "--verify=full")
        assert "400 items as expected" in done.err


def test_without_a_work_tree_too(media, tmp_path):
    media.ddbgit("dump", "--env=dev", "--layout=chunked",
                 "--branch=backups")
    names = media.git("ls-tree", "-r", "--name-only", "backups").split()
    assert len([name for name in names if "/table-data/" in name]) > 3
    done = media.ddbgit("dump", "--env=dev", "--layout=chunked",
                        "--branch=backups")
    assert "No changes since" in done.err
    media.git("fsck", "--strict")
    media.git("gc", "-q")
    done = media.ddbgit("restore", "--env=local", "--rev=backups",
                        "--verify=full")
    assert "400 items as expected" in done.err


def test_the_documented_commands_compute_the_digest(media):
    """The shell lines of docs/snapshot-format.md, as they stand there."""
    page = (pathlib.Path(__file__).parents[2] / "docs" / "snapshot-format.md")
    script = re.search(r"for the chunked layout:\n\n```sh\n(.*?)```",
                       page.read_text(), re.DOTALL)[1]
    media.ddbgit("dump", "--env=dev", "--layout=chunked")
    folder = media.snapshot("dev")
    stated = json.loads((folder / "table-metadata.json").read_text())
    done = media.run("sh", "-c", script, cwd=folder)
    assert done.out.split()[0] == stated["dataSha256"]


def test_the_documented_vectors_are_those_of_the_rule():
    page = (pathlib.Path(__file__).parents[2] / "docs" /
            "snapshot-format.md").read_text()
    words = {0: "", 1: "before", 2: "after", 3: "before and after"}
    steps, ends = chunks.vectors()
    for key, digest, length, cut in steps:
        cells = f"| `{key}` | `{digest}` | {length} | {words[cut]} |"
        assert cells.replace("  ", " ") in page
    listed = ", ".join(map(str, ends[:-1])) + f" and {ends[-1]}"
    assert listed in " ".join(page.split())


def lose(path, _):
    path.unlink()


def cut(path, _):
    path.write_bytes(path.read_bytes()[:-100])


def edit(path, _):
    path.write_bytes(path.read_bytes().replace(b"aaaa", b"aaab", 1))


def swap(path, other):
    mine = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(mine)


@pytest.mark.parametrize("damage", [lose, cut, edit, swap])
def test_damage_is_named_wherever_it_is_read(media, damage):
    media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit")
    folder = media.snapshot("dev")
    first, other = chunks.chunk_paths(folder)[:2]
    damage(first, other)
    media.git("commit", "-q", "-a", "-m", "Damage")
    media.git("clone", "-q", "--bare", ".", "../bare.git")
    media.run("git", "-C", "../bare.git", "gc", "-q")
    for where, source in ((".", f"--source={folder}"), (".", "--rev=HEAD"),
                          ("../bare.git", "--rev=HEAD")):
        done = media.ddbgit("-C", where, "restore", "--env=local", source,
                            status=1, env={"DDBGIT_ROOT": str(media.path)})
        assert f"table-data/{first.parent.name}/{first.name}" in done.err
        assert "Creating" not in done.err
    # A dump mends it, and the damaged one is no base to count from.
    done = media.ddbgit("dump", "--env=dev", "--layout=chunked", "--commit")
    assert "not comparable" in done.err
    assert chunks.read(folder) == chunks.files(keys_and_lines(folder))


def test_a_small_table_that_leaves_its_chunks_says_so(media, aws):
    said = "stand in one file again"
    dump = ["dump", "--env=dev", "--commit"]
    assert said not in media.ddbgit(*dump, "--layout=chunked").err
    # The same items: the commit's files stay.
    assert said not in media.ddbgit(*dump).err
    assert layout(media) == "chunked"
    put_items(aws, media.table, [{"id": {"S": "new"}}])
    assert said in media.ddbgit(*dump).err
    assert layout(media) == "single"
    # What was asked for is no news.
    put_items(aws, media.table, [{"id": {"S": "newer"}}])
    assert said not in media.ddbgit(*dump).err
    done = media.ddbgit("dump", "--env=dev", "--layout=chunked")
    assert "stand in chunks" not in done.err
    assert said not in media.ddbgit("dump", "--env=dev",
                                    "--layout=single").err


def test_a_commit_of_much_goes_chunked(project):
    with replay.Replay(LARGE) as server:
        project.local(server.endpoint, "replay", env="dev")
        done = project.ddbgit("dump", "--env=dev", "--commit")
    assert layout(project) == "chunked"
    assert "stand in chunks" not in done.err  # nor did they otherwise


@pytest.mark.slow
def test_auto_follows_the_size_and_keeps_to_what_is_there(project):
    seen = []
    for items in (SMALL, MIDDLE, LARGE, MIDDLE, SMALL):
        with replay.Replay(items) as server:
            project.local(server.endpoint, "replay", env="dev")
            done = project.ddbgit("dump", "--env=dev", "--commit")
            seen.append(layout(project))
            assert ("stand in" in done.err) == (
                len(seen) > 1 and seen[-2] != seen[-1])
            if seen[-1] == "chunked":
                project.ddbgit("dump", "--env=dev")
                assert layout(project) == "chunked"
                project.ddbgit("dump", "--env=dev", "--output=elsewhere")
                metadata = project.path / "elsewhere" / "table-metadata.json"
                assert json.loads(metadata.read_text())["layout"] == "single"
    assert seen == ["single", "single", "chunked", "chunked", "single"]
    changes = project.git("log", "--format=%(trailers:key=Ddbgit-Changes)")
    assert changes.split("\n\n")[:4] == [
        "Ddbgit-Changes: +0 ~0 -10000", "Ddbgit-Changes: +0 ~0 -36000",
        "Ddbgit-Changes: +36000 ~0 -0", "Ddbgit-Changes: +10000 ~0 -0"]


# Runs of items of one size, from 30 bytes a line on.
RUNS = st.lists(st.tuples(st.integers(1, 1500), st.sampled_from(
    [0, 0, 10, 700, 5000, 70_000, 300_000])), min_size=1, max_size=4).filter(
        lambda runs: sum(n * (size + 30) for n, size in runs) < 600_000)


@settings(max_examples=max(EXAMPLES // 3, 3), deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(runs=RUNS)
def test_items_of_any_size_stand_in_either_layout(tmp_path_factory, runs):
    """Chunked as docs/snapshot-format.md cuts, and single again: the same
    lines and the same digest."""
    made = projects.Project(tmp_path_factory.mktemp("layout") / "p")
    sizes = [size for n, size in runs for _ in range(n)]
    items = [{"id": {"S": f"item-{n:010}"},
              **({"t": {"S": "x" * size}} if size else {})}
             for n, size in enumerate(sizes)]
    with fake_dynamodb.Server() as server:
        server.create("media", items)
        made.local(server.endpoint, "media", env="dev")
        folder, seen = made.snapshot("dev"), []
        for form in ("single", "chunked", "single"):
            made.ddbgit("dump", "--env=dev", f"--layout={form}", "--commit",
                        "--allow-empty")
            if form == "chunked":
                pairs = keys_and_lines(folder)
                assert chunks.read(folder) == chunks.files(pairs)
            seen.append((made.ddbgit("cat", "HEAD").out, json.loads(
                (folder / "table-metadata.json").read_text())["dataSha256"]))
    assert seen[0] == seen[1] == seen[2]
    assert json.loads(seen[0][0])["Items"] == items
