"""docs/operations.md: what it gives to copy is what works."""

import json
import re

import pytest
import yaml

import project as projects

GUIDE = (projects.SOURCE / "docs" / "operations.md").read_text()
SCHEMA = {"BillingMode": "PAY_PER_REQUEST"}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE,
                      re.MULTILINE | re.DOTALL)


POLICIES = {statement["Sid"]: set(statement["Action"])
            for text in blocks("json")
            for statement in json.loads(text)["Statement"]}


def calls(fake):
    made = {"dynamodb:" + request.operation for request in fake.requests}
    fake.requests.clear()
    return made


@pytest.fixture
def media(project, fake):
    fake.create("media", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "media", env="dev")
    project.ddbgit("init")
    return project


def test_the_policies_are_the_calls_that_are_made(media, fake):
    media.ddbgit("dump", "--env=dev", "--commit")
    assert calls(fake) == POLICIES["dump"]
    media.ddbgit("doctor", "--env=dev")
    assert calls(fake) <= POLICIES["dump"] | {"dynamodb:ListTables"}
    for words in (["diff"], ["status", "--live"],
                  ["verify", "--against=live"]):
        media.ddbgit(*words, "--env=dev")
        assert calls(fake) <= POLICIES["dump"], words
    key = '--key={"id":{"S":"a"}}'
    for words in (["diff", key], ["cat", "live", key]):
        media.ddbgit(*words, "--env=dev")
        made = calls(fake)
        assert "dynamodb:GetItem" in made and "dynamodb:Scan" not in made
        assert made <= POLICIES["dump"] | {"dynamodb:GetItem"}
    media.ddbgit("restore", "--env=dev")
    assert calls(fake) == POLICIES["restore"]
    media.ddbgit("restore", "--env=dev", "--verify=none")
    assert "dynamodb:Scan" not in calls(fake)
    media.local(fake.endpoint, "other", env="dev")
    media.ddbgit("restore", "--env=dev")
    made = calls(fake)
    assert made <= POLICIES["create"] and "dynamodb:CreateTable" in made
    media.ddbgit("verify", "--env=dev", "--drill")
    assert calls(fake) == POLICIES["drill"]
    for words in (["log"], ["show"], ["tag", "x"], ["hooks", "status"],
                  ["verify"], ["verify", "--all"]):
        media.ddbgit(*words)
        assert not calls(fake), words


def test_the_pipeline_is_well_formed():
    pipeline, = map(yaml.safe_load, blocks("yaml"))
    steps = pipeline["jobs"]["dump"]["steps"]
    assert "ddbgit dump --env=prod --commit" in steps[-1]["run"]


def test_the_pipeline_s_commands_run(media, fake, tmp_path):
    """Its last step, with the table of a scripted server."""
    pipeline, = map(yaml.safe_load, blocks("yaml"))
    remote = tmp_path / "remote.git"
    media.git("init", "-q", "--bare", remote)
    media.git("remote", "add", "origin", remote)
    media.git("push", "-q", "-u", "origin", "main")
    fake.create("prod-media", [{"id": {"S": "p"}}])
    script = pipeline["jobs"]["dump"]["steps"][-1]["run"].replace(
        "AWS_REGION=us-east-1\\n",
        f"AWS_REGION=us-east-1\\nAWS_ENDPOINT_URL={fake.endpoint}\\n")
    media.run("sh", "-e", "-c", script, env={
        "PATH": f"{projects.binary().parent}:{media.env['PATH']}",
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
    assert media.git("rev-parse", "main") == media.git(
        f"--git-dir={remote}", "rev-parse", "main")
    assert media.git(f"--git-dir={remote}", "tag").startswith("prod-")


def test_the_start_script_fills_the_local_table(media, fake):
    snippet = next(text for text in blocks("sh")
                   if text.startswith("if ! ddbgit restore"))
    env = {"PATH": f"{projects.binary().parent}:{media.env['PATH']}"}
    media.local(fake.endpoint, "local-media")
    done = media.run("sh", "-c", snippet, env=env)
    assert "local table not restored" in done.err  # no backup yet
    media.local(fake.endpoint, "media", env="prod")
    media.ddbgit("dump", "--env=prod", "--commit")
    done = media.run("sh", "-c", snippet, env=env)
    assert "not restored" not in done.err
    assert len(fake.tables["local-media"].ledger) == 1


def test_links_within_the_guide_lead_somewhere():
    headings = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
                for heading in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)}
    for target in re.findall(r"\]\(#([^)]+)\)", GUIDE):
        assert target in headings, target
