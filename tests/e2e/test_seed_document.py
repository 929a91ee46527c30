"""A user of the two scripts switches over: every dump, restore and git
command that their document prints, as it prints it.

The environment files are as printed, with plausible keys for the placeholders
and the emulator's address for the remote environments; each environment names
a table of its own, as the document's "Table names" says.
"""

import os
import shutil

import pytest

import emulator as emulators
import project as projects
from conftest import client, put_items, scan_all

PORT = 4566

ENV_LOCAL = """\
AWS_ACCESS_KEY_ID=test
AWS_SECRET_ACCESS_KEY=test
AWS_REGION=us-east-1
LOCAL_AWS_ENDPOINT=http://localhost:4566
DYNAMODB_TABLE=local-pornspot-media
"""

ENV_REMOTE = """\
AWS_ACCESS_KEY_ID=your-aws-access-key-id
AWS_SECRET_ACCESS_KEY=your-aws-secret-access-key
AWS_REGION=us-east-1
DYNAMODB_TABLE=prod-pornspot-media
"""

IGNORED = "# Backup data\nbackups/\n"

ENVIRONMENTS = ("local", "dev", "staging", "prod")


def table_of(env):
    return f"{env}-pornspot-media"


def item(env, number):
    return {"id": {"S": f"{env}-{number}"}, "views": {"N": str(number)}}


@pytest.fixture(scope="module")
def localstack():
    """What answers on the document's port; if somebody else does already,
    that is said."""
    if emulators.port_is_taken(PORT):
        holder = projects.listener(PORT)
        pytest.fail(f"port {PORT} is taken by {holder}: stop it, this test "
                    "needs the port that the document prints")
    with emulators.dynamodb_local(PORT) as server:
        yield client(server.endpoint)


@pytest.fixture
def team(project, localstack):
    """The project of a team that uses the scripts today."""
    scripts = project.path / "scripts"
    for name in ("dump-dynamodb-table.sh", "restore-dynamodb-table.sh"):
        shutil.copy(projects.SOURCE / "scripts" / name, scripts / name)
    (scripts / ".env.local").write_text(ENV_LOCAL)
    for env in ENVIRONMENTS[1:]:
        text = ENV_REMOTE.replace("prod-", f"{env}-", 1)
        text = text.replace("your-aws-access-key-id", "AKIAIOSFODNN7EXAMPLE")
        text = text.replace("your-aws-secret-access-key", "wJalrXUtnFEMI")
        (scripts / f".env.{env}").write_text(
            text + f"AWS_ENDPOINT_URL=http://localhost:{PORT}\n")
        (scripts / f".env.{env}").chmod(0o600)
    (scripts / ".env.local").chmod(0o600)
    # "comment out this line in .gitignore", and the secrets stay out.
    (project.path / ".gitignore").write_text(
        IGNORED.replace("backups/", "# backups/") + "scripts/.env.*\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "Use the scripts")
    remote = project.path.parent / "remote.git"
    project.git("init", "-q", "--bare", "-b", "main", remote)
    project.git("remote", "add", "origin", remote)
    project.git("push", "-q", "-u", "origin", "main")

    tools = project.path.parent / "tools"
    tools.mkdir()
    (tools / "date").write_text("#!/bin/sh\necho 20250127\n")
    (tools / "date").chmod(0o755)
    (tools / "ddbgit").symlink_to(projects.binary())
    project.env["PATH"] = f"{tools}:{os.environ['PATH']}"

    for env in ENVIRONMENTS:
        localstack.create_table(
            TableName=table_of(env), BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"}])
        put_items(localstack, table_of(env),
                  [item(env, number) for number in range(5)])
    yield project
    for env in ENVIRONMENTS:
        localstack.delete_table(TableName=table_of(env))


def shell(team, line, **more):
    return team.run("sh", "-c", line, **more)


def answer(team, line, table):
    """The same on a terminal where somebody types the table's name."""
    words = line.split()
    return team.terminal(*words[1:], program=team.path / words[0],
                         answers=[("name", table)])


@pytest.mark.smoke
def test_every_command_of_the_document(team, localstack):
    dump = "./scripts/dump-dynamodb-table.sh"
    restore = "./scripts/restore-dynamodb-table.sh"

    # Dump contents: the four files of each environment.
    for line in (dump, *(f"{dump} --env={env}" for env in ENVIRONMENTS),
                 f"{dump} --env=prod --output ./prod-backup"):
        shell(team, line)
    for env in ENVIRONMENTS:
        folder = team.path / "backups" / "dynamodb" / env
        assert sorted(os.listdir(folder)) == [
            "dump-summary.txt", "table-data.json", "table-metadata.json",
            "table-schema.json"]
        assert team.items(env) == [item(env, n) for n in range(5)]
    assert "Usage" in shell(team, f"{dump} --help").out.title()

    # Restore: local, dev and staging at once, prod only when confirmed.
    for env in ("local", "dev", "staging"):
        localstack.delete_item(TableName=table_of(env),
                               Key={"id": {"S": f"{env}-3"}})
        shell(team, f"{restore} --env={env}")
        assert len(scan_all(localstack, table_of(env))) == 5
    shell(team, restore)
    localstack.delete_item(TableName=table_of("prod"),
                           Key={"id": {"S": "prod-3"}})
    shell(team, f"{restore} --env=prod", status=5)
    assert len(scan_all(localstack, table_of("prod"))) == 4
    answer(team, f"{restore} --env=prod", table_of("prod"))
    assert len(scan_all(localstack, table_of("prod"))) == 5
    crossed = shell(team, f"{restore} --env=local --source ./prod-backup")
    assert "[WARNING] Cross-environment restore detected!\n" in crossed.err
    assert "[WARNING] Source: prod → Target: local\n" in crossed.err
    assert len(scan_all(localstack, table_of("local"))) == 10
    assert "Usage" in shell(team, f"{restore} --help").out.title()

    # Basic backup workflow.
    shell(team, f"{dump} --env=local")
    shell(team, "git add backups/")
    shell(team, 'git commit -m "Add DynamoDB table backup"')
    shell(team, "git push")
    shell(team, "git pull")
    shell(team, f"{restore} --env=local")
    listed = team.ddbgit("log")
    assert "local-pornspot-media" in listed.out

    # Scenarios 1 to 4.
    shell(team, f"{dump} --env=staging --output ./staging-backup")
    shell(team, f"{restore} --env=prod --source ./staging-backup", status=5)
    answer(team, f"{restore} --env=prod --source ./staging-backup",
           table_of("prod"))
    assert len(scan_all(localstack, table_of("prod"))) == 10
    shell(team, f"{dump} --env=prod --output ./backups/prod-$(date +%Y%m%d)")
    assert (team.path / "backups" / "prod-20250127").is_dir()
    shell(team,
          f"{restore} --env=local --source ./backups/prod-20250127")
    assert len(scan_all(localstack, table_of("local"))) == 15


def test_the_messages_of_the_document(team, localstack):
    dump = "./scripts/dump-dynamodb-table.sh"
    restore = "./scripts/restore-dynamodb-table.sh"
    missing = shell(team, f"{dump} --env=nonesuch", status=None)
    assert missing.status != 0
    assert ("[ERROR] Environment file not found: "
            "./scripts/.env.nonesuch\n") in missing.err

    team.env_file("empty", DYNAMODB_TABLE="table-name",
                  AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="x",
                  AWS_SECRET_ACCESS_KEY="y",
                  AWS_ENDPOINT_URL=f"http://localhost:{PORT}")
    absent = shell(team, f"{dump} --env=empty")
    assert ("[WARNING] Table 'table-name' does not exist. "
            "Nothing to dump.\n") in absent.err
    shell(team, f"{dump} --env=local")
    shutil.copytree(team.snapshot("local"), team.snapshot("empty"))
    (team.snapshot("empty") / "table-schema.json").unlink()
    no_schema = shell(team, f"{restore} --env=empty", status=1)
    assert ("[ERROR] Table 'table-name' does not exist and no schema file "
            "found to create it\n") in no_schema.err


def test_localstack_that_does_not_run_is_named(project):
    project.local("http://localhost:1", "local-pornspot-media")
    refused = project.ddbgit("dump", status=1)
    assert ("[ERROR] LocalStack is not running! Please start LocalStack "
            "first.\n") in refused.err
    assert "refused" in refused.err
