"""What a hostile or broken wire, program or argument may do to a run: fail
it, but never make it lose items, tell a secret or blame the wrong thing."""

import json

import pytest

FAST = {"DDBGIT_TEST_CLOCK": "2000"}
SECRET = "a-secret-that-nobody-may-read"
CREDENTIALS = {"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": SECRET,
               "SessionToken": "token"}


def items(count=30):
    return [{"id": {"S": f"item-{n:03}"}} for n in range(count)]


@pytest.fixture
def media(project, fake):
    fake.create("media", items())
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "copy")
    project.env.update(FAST)
    return project


def give_credentials(project, fake, script):
    """The environment dev takes its credentials from this shell script."""
    program = project.path.parent / "give-credentials"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    (project.home / ".aws").mkdir()
    (project.home / ".aws" / "config").write_text(
        f"[profile work]\ncredential_process = {program}\n")
    project.env_file("dev", AWS_PROFILE="work", AWS_REGION="us-east-1",
                     AWS_ENDPOINT_URL=fake.endpoint, DYNAMODB_TABLE="media")


def instead(fake, operation, nth, answer):
    """The nth answer to this operation is another one, of status 200, and
    nothing is carried out."""
    carry_out, seen = fake._carry_out, []

    def other(name, body, fault):
        seen.append(name)
        if name == operation and seen.count(name) == nth:
            return answer
        return carry_out(name, body, fault)

    fake._carry_out = other


ERROR = {"__type": "com.amazon.coral.service#InternalFailure",
         "message": "try again"}


def test_an_error_under_status_200_is_an_error(media, fake):
    instead(fake, "Scan", 1, ERROR)
    media.ddbgit("dump", "--env=dev", "--segments=1")
    assert media.items("dev") == items()
    del fake._carry_out
    instead(fake, "BatchWriteItem", 1, ERROR)
    media.ddbgit("restore", "--source", "backups/dynamodb/dev",
                 "--verify=none")
    assert fake.tables["copy"].items == items()


def test_a_batch_whose_answer_says_nothing_is_not_written(media, fake):
    media.ddbgit("dump", "--env=dev")
    instead(fake, "BatchWriteItem", 1, {})
    failed = media.ddbgit("restore", "--source", "backups/dynamodb/dev",
                          "--verify=none", status=1)
    assert "it has no UnprocessedItems" in failed.err


def test_a_failing_program_tells_no_secret(media, fake):
    give_credentials(media, fake,
                     f"echo '{json.dumps(CREDENTIALS)}' >&2\nexit 3\n")
    failed = media.ddbgit("dump", "--env=dev", "-v", status=1)
    assert "exit status 3" in failed.err
    assert SECRET not in failed.err + failed.out


@pytest.mark.parametrize("name", ["AccessKeyId", "SessionToken"])
def test_credentials_begin_no_header_of_their_own(media, fake, name):
    evil = json.dumps({**CREDENTIALS, name: "x\r\nX-Evil: 1"})
    give_credentials(media, fake, f"cat <<'END'\n{evil}\nEND\n")
    failed = media.ddbgit("dump", "--env=dev", status=1)
    assert "holds a control character" in failed.err
    assert not fake.requests


def test_no_proxy_stands_before_this_machine(media):
    media.ddbgit("dump", "--env=dev",
                 env={"http_proxy": "http://127.0.0.1:1"})


def test_more_memory_than_there_is_is_wrong_usage(media, fake):
    failed = media.ddbgit("dump", "--env=dev", "--memory=1000000G", status=2)
    assert "--memory" in failed.err and "this machine has" in failed.err
    assert not fake.requests


def test_a_zero_byte_does_not_end_the_name_that_is_typed(media, fake):
    media.ddbgit("dump", "--env=dev")
    media.local(fake.endpoint, "live", env="prod")
    media.terminal("restore", "--env=prod", "--source=backups/dynamodb/dev",
                   answers=[("go on: ", "live\0x")], status=5)
    assert "live" not in fake.tables
