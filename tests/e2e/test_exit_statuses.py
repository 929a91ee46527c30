"""Every exit status that a command's help and manual list is produced here.

130 and 143 (a signal) are the same for all: see test_cli.py.
"""

import re

import pytest

import project as projects

EVERYTHING = ["dump", "restore", "status", "log", "show", "diff", "cat",
              "verify", "tag", "init", "doctor", "hooks", "help"]


@pytest.fixture
def media(project, fake):
    """A project with one backup of `dev`, whose table has changed since."""
    fake.create("media", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "prod-media", env="prod")
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    project.ddbgit("dump", "--env=dev", "--commit")
    fake.tables["media"].put({"id": {"S": "b"}})
    return project


def as_it_is(media, fake):
    """Nothing is wrong."""


def no_table(media, fake):
    del fake.tables["media"]


def ignored(media, fake):
    media.git("rm", "-r", "-q", "--cached", "backups")
    media.git("commit", "-q", "-m", "No backups")
    (media.path / ".gitignore").write_text("backups/\n")


def refuses_items(media, fake):
    fake.fault("validation", operation="BatchWriteItem", times=1000)


def sha256(media, fake):
    media.run("rm", "-rf", ".git")
    media.git("init", "-q", "--object-format=sha256")


def local_is_aws(media, fake):
    media.local("https://dynamodb.us-east-1.amazonaws.com", "media")


def scripts_is_a_file(media, fake):
    media.run("rm", "-rf", "scripts")
    (media.path / "scripts").write_text("")


def hooks_is_a_file(media, fake):
    media.run("rm", "-rf", ".git/hooks")
    (media.path / ".git" / "hooks").write_text("")


def hooks_are_shared(media, fake):
    media.git("config", "core.hooksPath", "hooks")


def damaged(media, fake):
    data = media.path / "backups/dynamodb/dev/table-data.json"
    data.write_text(data.read_text()[:-9])
    media.git("commit", "-q", "-a", "-m", "Damage")


def bare(media, fake):
    media.git("config", "core.bare", "true")


CASES = [
    ("dump", 0, ["--env=dev", "--commit"], as_it_is),
    ("dump", 1, ["--env=dev", "--commit"], no_table),
    ("dump", 5, ["--env=dev", "--commit"], ignored),
    ("restore", 0, ["--env=dev"], as_it_is),
    ("restore", 1, ["--env=dev", "--rev=none"], as_it_is),
    ("restore", 3, ["--env=dev"], refuses_items),
    ("restore", 5, ["--env=prod", "--rev=HEAD", "--from=dev"], as_it_is),
    ("status", 0, ["--env=dev"], as_it_is),
    ("status", 4, ["--env=dev", "--live", "--exit-code"], as_it_is),
    ("status", 5, [], sha256),
    ("log", 0, [], as_it_is),
    ("log", 1, ["none"], as_it_is),
    ("log", 5, [], sha256),
    ("show", 0, [], as_it_is),
    ("show", 1, ["none"], as_it_is),
    ("show", 5, [], sha256),
    ("diff", 0, ["--env=dev"], as_it_is),
    ("diff", 1, ["none", "HEAD"], as_it_is),
    ("diff", 4, ["--env=dev", "--exit-code"], as_it_is),
    ("diff", 5, ["HEAD", "live"], local_is_aws),
    ("cat", 0, ["HEAD"], as_it_is),
    ("cat", 1, ["none"], as_it_is),
    ("cat", 5, ["live"], local_is_aws),
    ("verify", 0, [], as_it_is),
    ("verify", 1, ["none"], as_it_is),
    ("verify", 3, [], damaged),
    ("verify", 3, ["--env=dev", "--against=live"], as_it_is),
    ("verify", 5, ["--env=prod", "HEAD", "--path=backups/dynamodb/dev",
                   "--drill"], as_it_is),
    ("tag", 0, ["x"], as_it_is),
    ("tag", 1, ["x", "none"], as_it_is),
    ("tag", 5, ["x"], sha256),
    ("init", 0, [], as_it_is),
    ("init", 1, [], scripts_is_a_file),
    ("init", 5, [], bare),
    ("doctor", 0, ["--env=dev"], as_it_is),
    ("doctor", 1, ["--env=dev"], no_table),
    ("hooks", 0, ["install"], as_it_is),
    ("hooks", 1, ["install"], hooks_is_a_file),
    ("hooks", 5, ["install"], hooks_are_shared),
    ("help", 0, [], as_it_is),
]


@pytest.mark.parametrize("command, status, words, arrange", CASES,
                         ids=lambda value: getattr(value, "__name__", None))
def test_the_status(media, fake, command, status, words, arrange):
    arrange(media, fake)
    media.ddbgit(command, *words, status=status)


@pytest.mark.parametrize("command", EVERYTHING)
def test_a_mistake_in_usage(project, command):
    project.ddbgit(command, "--nonsense", status=2)


@pytest.mark.parametrize("command", EVERYTHING)
def test_output_that_cannot_be_written_is_a_failure(media, command):
    words = {"cat": "HEAD", "tag": "x", "hooks": "status"}.get(command, "")
    env = "" if command in ("show", "cat", "tag", "init", "hooks", "help"
                            ) else "--env=dev"
    media.run("sh", "-c", f'"$0" {command} {words} {env} --json >/dev/full',
              projects.binary(), status=1)


@pytest.mark.parametrize("command", EVERYTHING)
def test_no_status_of_the_help_is_left_out(project, command):
    listed = project.ddbgit("help", command).out.split("\nExit status:\n")[1]
    statuses = {int(number) for number in re.findall(r"^  (\d+) ", listed,
                                                     re.MULTILINE)}
    # 1 by output, 2 by usage, for each command above.
    produced = {1, 2} | {status for name, status, _, _ in CASES
                         if name == command}
    assert statuses - {130} == produced
