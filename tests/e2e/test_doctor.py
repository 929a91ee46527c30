"""`ddbgit doctor` says what a dump would say, before there is one."""

import os
import re
import subprocess
import time

import pytest

import project as projects

TICK, CROSS = "✓", "✗"


@pytest.fixture
def media(project, fake):
    """A project whose dump of `dev` goes through."""
    fake.create("media", [{"id": {"S": "a"}}])
    project.local(fake.endpoint, "media", env="dev")
    project.env["DDBGIT_TEST_CLOCK"] = "1000"
    return project


def checks(project, *args, status=0, **keywords):
    """What was found, by the check's name."""
    done = project.ddbgit("doctor", "--env=dev", "--json", *args,
                          status=status, **keywords)
    found = {record["name"]: record for record in done.of_type("check")}
    summary = done.records[-1]
    assert summary["type"] == "summary" and summary["exit"] == status
    states = [record["state"] for record in found.values()]
    assert [states.count(state) for state in
            ("ok", "warning", "failed", "skipped")] == [
        summary[name] for name in ("ok", "warnings", "failed", "skipped")]
    return found


def write_ignore(media, fake):
    (media.path / ".gitignore").write_text("# ours\nbackups/\n")


def remove_file(media, fake):
    (media.path / "scripts" / ".env.dev").unlink()


def drop_table(media, fake):
    del fake.tables["media"]


def deny(operation):
    def act(media, fake):
        fake.fault("denied", operation=operation, times=1000)
    return act


def detach(media, fake):
    media.git("checkout", "-q", "--detach")


def filter_backups(media, fake):
    (media.path / ".gitattributes").write_text("backups/** filter=lfs\n")


def no_repository(media, fake):
    media.run("rm", "-rf", ".git")


def other_table(media, fake):
    media.ddbgit("dump", "--env=dev")
    fake.create("other", [])
    media.local(fake.endpoint, "other", env="dev")


def no_credentials(media, fake):
    media.local(fake.endpoint, "media", env="dev", AWS_ACCESS_KEY_ID=None,
                AWS_SECRET_ACCESS_KEY=None)


def stop_service(media, fake):
    media.local("http://127.0.0.1:1", "media", env="dev")


def not_dynamodb(media, fake):
    fake.fault("html", times=1000)


def no_table(media, fake):
    media.local(fake.endpoint, None, env="dev")


def creating_table(media, fake):
    fake.tables["media"].status = "CREATING"


def failing_program(media, fake):
    (media.home / ".aws").mkdir()
    (media.home / ".aws" / "config").write_text(
        "[profile x]\ncredential_process = /bin/false\n")
    media.local(fake.endpoint, "media", env="dev", AWS_ACCESS_KEY_ID=None,
                AWS_SECRET_ACCESS_KEY=None, AWS_PROFILE="x")


def wrong_key(media, fake):
    fake.fault("bad_key", times=1000)


def merge(media, fake):
    (media.path / ".git" / "MERGE_HEAD").write_text(
        media.git("rev-parse", "HEAD") + "\n")


def broken_configuration(media, fake):
    (media.path / ".git" / "config").write_text("[core\n")


def nested_repository(media, fake):
    media.git("init", "-q", "backups")


def stale_lock(media, fake):
    (media.path / ".git" / "index.lock").touch()


def read_only_output(media, fake):
    # A file stands where the folder belongs: root may write anywhere.
    (media.path / "backups").write_text("in the way\n")


TROUBLES = {
    write_ignore: "ignore rules", remove_file: "environment",
    drop_table: "table", deny("DescribeTable"): "dynamodb:DescribeTable",
    deny("Scan"): "dynamodb:Scan", detach: "branch",
    filter_backups: "attributes", no_repository: "repository",
    other_table: "snapshot", no_credentials: "credentials",
    stop_service: "endpoint", not_dynamodb: "endpoint", stale_lock: "index",
    read_only_output: "snapshot", no_table: "environment",
    creating_table: "table", failing_program: "credentials",
    wrong_key: "dynamodb:DescribeTable", merge: "branch",
    broken_configuration: "repository", nested_repository: "repository",
}


@pytest.mark.parametrize("trouble", TROUBLES,
                         ids=lambda act: act.__qualname__.split(".")[0])
def test_what_the_doctor_crosses_a_dump_fails_of(media, fake, trouble):
    trouble(media, fake)
    found = checks(media, status=1)
    failed = [name for name, check in found.items()
              if check["state"] == "failed"]
    assert TROUBLES[trouble] in failed
    assert all(found[name]["advice"] for name in failed), found
    dump = media.ddbgit("dump", "--env=dev", "--commit", status=None)
    assert dump.status != 0, str(dump)
    # The doctor's words are the dump's own where it says them too.
    said = " ".join(found[name]["detail"] for name in failed)
    assert any(words in dump.err for words in re.split(": | at ", said)), (
        said, dump.err)


@pytest.mark.smoke
def test_a_clean_bill_is_followed_by_a_dump(project, emulator, aws,
                                            make_table, table_name):
    make_table(table_name, [{"id": {"S": "a"}}])
    project.local(emulator.endpoint, table_name, env="dev")
    before = sorted(project.path.rglob("*"))
    found = checks(project)
    assert {check["state"] for check in found.values()} <= {"ok", "skipped"}
    assert found["table"]["detail"].startswith(f"{table_name} exists")
    assert found["who am I"]["state"] == "skipped"
    assert found["dynamodb:BatchWriteItem"]["state"] == "skipped"
    assert found["author"]["detail"] == "A Tester <tester@example.com>"
    assert sorted(project.path.rglob("*")) == before  # it wrote nothing
    project.ddbgit("dump", "--env=dev", "--commit")
    found = checks(project)
    assert "1 item of 20" in found["snapshot"]["detail"]


def test_what_a_dump_only_warns_of_is_a_warning(media, fake):
    fake.fault("denied", operation="DescribeTimeToLive", times=1000)
    (media.path / "scripts" / ".env.dev").chmod(0o644)
    media.git("config", "--unset", "user.name")
    del media.env["DDBGIT_TEST_CLOCK"]  # it runs ahead of the service's
    found = checks(media)
    warned = {name for name, check in found.items()
              if check["state"] == "warning"}
    assert warned == {"dynamodb:DescribeTimeToLive", "environment", "author"}
    assert "chmod 600" in found["environment"]["advice"]
    assert "Allow dynamodb:DescribeTimeToLive" in found[
        "dynamodb:DescribeTimeToLive"]["advice"]
    media.ddbgit("dump", "--env=dev", "--commit")


def test_a_wrong_clock_is_told(media, fake):
    fake.clock_offset = 0
    late = int((time.time() - 7200) * 1000)
    found = checks(media, env={"DDBGIT_TEST_CLOCK": f"1,{late}"})
    assert found["clock"]["state"] == "warning"
    assert " s behind the service's" in found["clock"]["detail"]


def test_who_am_i_comes_from_sts_without_a_secret(media, fake, moto):
    found = checks(media, env={"AWS_ENDPOINT_URL_STS": moto.endpoint})
    assert found["who am I"]["state"] == "ok"
    assert found["who am I"]["detail"].startswith("arn:aws:")
    media.local(fake.endpoint, "media", env="dev",
                AWS_ACCESS_KEY_ID="AKIDSECRET", AWS_SECRET_ACCESS_KEY="hush")
    done = media.ddbgit("doctor", "--env=dev", "-v",
                        env={"AWS_ENDPOINT_URL_STS": moto.endpoint})
    assert "AKIDSECRET" not in str(done) and "hush" not in str(done)


def test_sts_that_is_not_reached_is_no_reason_to_fail(media, fake):
    found = checks(media, env={"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"})
    assert found["who am I"]["state"] == "warning"
    assert "127.0.0.1:1" in found["who am I"]["detail"]


def test_ticks_and_crosses_fit_the_locale(media, fake):
    lines = media.ddbgit("doctor", "--env=dev").out.splitlines()
    assert lines[0].startswith(f"{TICK} environment")
    plain = media.ddbgit("doctor", "--env=dev", env={"LANG": "C"}).out
    assert plain.startswith("ok   environment") and plain.isascii()
    drop_table(media, fake)
    done = media.ddbgit("doctor", "--env=dev", status=1)
    assert f"\n{CROSS} table" in done.out
    assert "[ERROR] a dump would fail: 1 check failed" in done.err


def test_a_bare_repository_is_examined_too(media, fake, tmp_path):
    bare = tmp_path / "backups.git"
    media.git("clone", "-q", "--bare", media.path, bare)
    env = {"DDBGIT_ROOT": str(media.path)}
    found = checks(media, cwd=bare, env=env)
    assert found["repository"]["detail"] == f"{bare} (bare)"
    media.ddbgit("dump", "--env=dev", "--commit", cwd=bare, env=env)


def test_a_full_disk_is_told_by_the_table_s_size(media, fake):
    fake.tables["media"].moved = 10**12  # a thousand bytes each
    found = checks(media, status=1)
    assert found["disk"]["state"] == "failed"


def test_a_table_that_is_being_made_is_asked_for_nothing(media, fake):
    creating_table(media, fake)
    found = checks(media, status=1)
    assert found["table"]["advice"] == "Try again when it is ACTIVE"
    assert not any(name.startswith("dynamodb:Scan") for name in found)
    assert fake.count("Scan") == 0


def test_little_room_for_what_does_not_fit_is_told(media, fake):
    media.env["TMPDIR"] = "/nonexistent"
    found = checks(media)
    assert found["temporary space"]["state"] == "warning"
    assert "--temp-dir" in found["temporary space"]["advice"]
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = checks(media, f"--memory={whole // 2**20 * 3 // 4}M")
    assert found["memory"]["state"] == "warning"
    # A table that does not fit needs it.
    fake.tables["media"].moved = 10**6
    found = checks(media, status=1)
    assert found["temporary space"]["state"] == "failed"


@pytest.mark.parametrize("args", [["doctor", "--env=dev"],
                                  ["hooks", "status"]])
def test_a_reader_that_is_gone_is_no_failure(media, args):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as gone:
        done = subprocess.run(
            [projects.binary(), *args], cwd=media.path, env=media.env,
            stdout=gone, stderr=subprocess.PIPE, text=True, check=True)
    assert "[ERROR]" not in done.stderr


def test_an_interrupted_doctor_ends_at_once(media, fake):
    fake.fault("stall", operation="Scan", times=1000)
    with subprocess.Popen(
            [projects.binary(), "doctor", "--env=dev"], cwd=media.path,
            env={**media.env, "DDBGIT_TEST_CLOCK": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for line in process.stdout:
            if b"table" in line.split(b" ")[1:2]:
                break
        process.send_signal(2)
        assert process.wait(20) == 130
