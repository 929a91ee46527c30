"""What a run says of itself must be true where nothing is as usual."""

import json

import pytest


@pytest.fixture
def media(project, fake):
    """A project with one backup, tagged `base`, of 30 items of which one has
    expired."""
    items = [{"id": {"S": f"item-{n:02}"}} for n in range(29)]
    items.append({"id": {"S": "expired"}, "until": {"N": "100"}})
    fake.create("media", items).time_to_live = "until"
    fake.create("copy").time_to_live = "until"
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "copy")
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    project.ddbgit("dump", "--env=dev", "--commit", "--tag=base")
    return project


def test_an_item_that_expired_is_not_said_to_be_as_expected(media, fake):
    fake.drop = lambda item: item["id"]["S"] == "expired"
    done = media.ddbgit("restore", "--rev=base")
    assert ("Verified item by item: 29 items as expected, 1 expired "
            "meanwhile\n") in done.err


def test_the_log_says_that_only_settings_changed(media, fake):
    fake.tables["media"].time_to_live = None
    media.ddbgit("dump", "--env=dev", "--commit")
    row, first = media.ddbgit("log", "--json").of_type("backup")
    assert row["changes"] == {"kind": "counted", "added": 0, "changed": 0,
                              "removed": 0, "settings": True}
    assert not first["changes"]["settings"]
    assert "+0 ~0 -0, settings\n" in media.ddbgit("log").out


def test_a_subject_says_nothing_of_the_settings(media, fake):
    fake.tables["media"].put({"id": {"S": "new"}})
    media.ddbgit("dump", "--env=dev", "--commit", "-m", "x; schema changed")
    row = media.ddbgit("log", "--json", "-n1").of_type("backup")[0]
    assert not row["changes"]["settings"]


def test_a_nightly_run_shares_the_tag_of_an_unchanged_table(media):
    """The line for cron of docs/operations.md, when nothing changed."""
    remote = media.path.parent / "remote.git"
    media.git("init", "-q", "--bare", remote)
    media.git("remote", "add", "origin", remote)
    media.git("push", "-q", "-u", "origin", "main")
    done = media.ddbgit("dump", "--env=dev", "--commit", "--tag=tonight",
                        "-q", "--json")
    assert done.err == ""
    assert json.loads(done.out)["unchanged"]
    media.git("push", "-q", "--follow-tags")
    assert "tonight" in media.git("tag", cwd=remote).split()
