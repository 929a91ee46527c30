"""Every error says what is wrong, where, and what to do about it; with its
exit status."""

import json
import socket
import ssl
import subprocess
import threading

import pytest

FAST = {"DDBGIT_TEST_CLOCK": "500"}


def items(count=5):
    return [{"id": {"S": f"item-{n}"}, "n": {"N": str(n)}}
            for n in range(count)]


@pytest.fixture
def media(project, fake):
    fake.create("media", items())
    project.local(fake.endpoint, "media", env="dev")
    project.local(fake.endpoint, "copy")
    project.env.update(FAST)
    return project


def failing(project, status, *args, words=(), **more):
    done = project.ddbgit(*args, status=status, **more)
    assert "[ERROR]" in done.err, str(done)
    for word in words:
        assert word in done.err, f"{word!r} is missing\n{done}"
    return done


# Paths

@pytest.mark.parametrize("command", [
    ["dump", "--env=dev"],
    ["restore", "--env=dev", "--yes"],
])
def test_links_below_the_root_are_not_followed(media, tmp_path, command):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "dynamodb" / "dev").mkdir(parents=True)
    (media.path / "backups").symlink_to(elsewhere)
    failing(media, 1, *command,
            words=["'backups' is a symbolic link", "--output or --source"])
    assert not list((elsewhere / "dynamodb" / "dev").iterdir())


# Endpoints

@pytest.fixture
def silent():
    """Accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def tls(tmp_path):
    """A server whose certificate nobody has signed."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "1", "-subj", "/CN=localhost", "-keyout", tmp_path / "key",
         "-out", tmp_path / "cert"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                if listener.fileno() < 0:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}"


def at(project, endpoint):
    project.local(endpoint, "media", env="dev")


def test_a_refused_connection_is_named(media):
    at(media, "http://127.0.0.1:1")
    failing(media, 1, "dump", "--env=dev",
            words=["127.0.0.1:1", "connection refused"])


def test_an_unknown_host_is_named(media):
    at(media, "http://nonesuch.invalid:80")
    failing(media, 1, "dump", "--env=dev",
            words=["nonesuch.invalid", "resolve"])


def test_an_untrusted_certificate_is_named(media, tls):
    at(media, tls)
    failing(media, 1, "dump", "--env=dev", words=["localhost", "TLS"])


def test_a_silent_server_is_named(media, silent):
    at(media, silent)
    failing(media, 1, "dump", "--env=dev", words=["127.0.0.1", "no answer"])


def test_what_is_no_dynamodb_is_named(media, fake):
    fake.fault("html", times=1000)
    failing(media, 1, "dump", "--env=dev", words=["not", "DynamoDB"])


def test_local_that_points_at_aws_is_refused(media):
    media.local("https://dynamodb.us-east-1.amazonaws.com", "media")
    failing(media, 5, "dump", words=["local", "AWS"])


# Credentials and region

def test_refused_credentials_carry_the_services_words(media, fake):
    fake.fault("bad_key", times=1000)
    failing(media, 1, "dump", "--env=dev",
            words=["security token included in the request is invalid"])


def test_missing_credentials_name_the_ways_to_give_them(media, fake):
    media.env_file("dev", AWS_REGION="us-east-1", DYNAMODB_TABLE="media",
                   AWS_ENDPOINT_URL=fake.endpoint)
    failing(media, 1, "dump", "--env=dev",
            words=["credentials", "AWS_ACCESS_KEY_ID"])


def test_the_seeds_placeholders_are_no_credentials(media, fake):
    media.env_file("dev", AWS_REGION="us-east-1", DYNAMODB_TABLE="media",
                   AWS_ACCESS_KEY_ID="your-aws-access-key-id",
                   AWS_SECRET_ACCESS_KEY="your-aws-secret-access-key",
                   AWS_ENDPOINT_URL=fake.endpoint)
    failing(media, 1, "dump", "--env=dev", words=["credentials"])


def test_a_missing_region_names_where_to_set_it(media, fake):
    media.env_file("dev", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y",
                   DYNAMODB_TABLE="media", AWS_ENDPOINT_URL=fake.endpoint)
    failing(media, 2, "dump", "--env=dev",
            words=["region", "AWS_REGION", "./scripts/.env.dev"])


# Environment files

def test_a_malformed_environment_file_names_its_line(media):
    (media.path / "scripts" / ".env.dev").write_text(
        "AWS_REGION=us-east-1\nthis is no assignment\n")
    failing(media, 1, "dump", "--env=dev",
            words=["./scripts/.env.dev", "line 2"])


def test_an_unexpanded_command_names_its_line(media):
    (media.path / "scripts" / ".env.dev").write_text(
        "AWS_REGION=us-east-1\n\nDYNAMODB_TABLE=$(stage)-media\n")
    failing(media, 1, "dump", "--env=dev",
            words=["./scripts/.env.dev", "line 3"])


def test_two_tables_suggest_a_file_a_table(media):
    media.env_file("dev", AWS_REGION="us-east-1", DYNAMODB_TABLE="a-1,b-1",
                   AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y")
    failing(media, 2, "dump", "--env=dev",
            words=["more than one table", "environment file"])


# Snapshots

@pytest.fixture
def dumped(media):
    media.ddbgit("dump", "--env=dev")
    return media


def restore(project, status, *more, words=()):
    return failing(project, status, "restore",
                   "--source=backups/dynamodb/dev", *more, words=words)


def damage(project, name, change):
    path = project.snapshot("dev") / name
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("change,words", [
    (lambda d: d.replace(b'"N":"3"', b'"N":"three"'),
     ["table-data.json", "line 5", "offset", "item-3"]),
    (lambda d: d.replace(b'"N":"2"', b'"Q":"2"'),
     ["table-data.json", "line 4", "item-2"]),
    (lambda d: d[:len(d) // 2], ["table-data.json"]),
    (lambda d: b"", ["table-data.json"]),
    (lambda d: d + b"x", ["table-data.json"]),
    (lambda d: d.replace(b"item-1", b"item\xff1"),
     ["table-data.json", "line 3"]),
])
def test_malformed_data_names_line_offset_and_key(dumped, fake, change,
                                                  words):
    damage(dumped, "table-data.json", change)
    restore(dumped, 1, words=words)
    assert "copy" not in fake.tables


def test_malformed_schema_is_named(dumped):
    damage(dumped, "table-schema.json", lambda d: d[:20])
    restore(dumped, 1, words=["table-schema.json"])


def test_malformed_metadata_is_named(dumped):
    damage(dumped, "table-metadata.json", lambda d: b"{\"itemCount\": -1}")
    restore(dumped, 1, words=["table-metadata.json", "itemCount"])


def test_an_edited_snapshot_is_refused_with_both_counts(dumped, fake):
    damage(dumped, "table-data.json", lambda d: d.replace(
        b'{"id":{"S":"item-2"},"n":{"N":"2"}},\n', b"")
        .replace(b'"Count":5,"ScannedCount":5', b'"Count":4,"ScannedCount":4'))
    restore(dumped, 5, words=["5 items", "4", "--accept-edited"])
    assert "copy" not in fake.tables
    dumped.ddbgit("restore", "--source=backups/dynamodb/dev",
                  "--accept-edited")
    assert len(fake.tables["copy"].items) == 4


def test_another_key_schema_is_an_error_before_anything_is_written(dumped,
                                                                   fake):
    fake.create("copy", key=("id", "N"))
    restore(dumped, 1, words=["id (N)", "id (S)"])
    assert fake.count("BatchWriteItem") == 0


def test_another_tables_snapshot_is_not_replaced(dumped, fake):
    fake.create("other", items(1))
    dumped.local(fake.endpoint, "other", env="dev")
    failing(dumped, 5, "dump", "--env=dev", words=["media", "--replace"])
    dumped.ddbgit("dump", "--env=dev", "--replace")
    assert len(dumped.items("dev")) == 1


def test_an_empty_table_does_not_replace_items(dumped, fake):
    fake.create("media")
    failing(dumped, 5, "dump", "--env=dev", words=["empty", "--replace"])
    assert len(dumped.items("dev")) == 5


def test_a_table_that_went_is_an_error_where_a_backup_was(dumped, fake):
    del fake.tables["media"]
    done = failing(dumped, 1, "dump", "--env=dev",
                   words=["Table 'media' does not exist. Nothing to dump."])
    assert "[WARNING]" in done.err
    assert len(dumped.items("dev")) == 5


def test_no_snapshot_to_restore_is_named(media):
    failing(media, 1, "restore", "--env=local",
            words=["backups/dynamodb/local"])


# Repositories

def test_no_repository(media):
    outside = media.path.parent / "outside"
    (outside / "scripts").mkdir(parents=True)
    (outside / "scripts" / ".env.dev").write_bytes(
        (media.path / "scripts" / ".env.dev").read_bytes())
    failing(media, 2, "dump", "--env=dev", "--commit", cwd=outside,
            words=["Git repository"])
    media.ddbgit("dump", "--env=dev", cwd=outside)


def test_detached_head(media):
    media.git("checkout", "-q", "--detach")
    failing(media, 5, "dump", "--env=dev", "--commit",
            words=["detached", "--branch"])
    media.ddbgit("dump", "--env=dev", "--branch=backups")


def test_mid_merge(media):
    head = media.git("rev-parse", "HEAD")
    (media.path / ".git" / "MERGE_HEAD").write_text(head + "\n")
    failing(media, 5, "dump", "--env=dev", "--commit", words=["merge"])


def test_unborn_branch(media):
    media.git("checkout", "-q", "--orphan", "fresh")
    media.git("rm", "-rq", "--cached", ".")
    media.ddbgit("dump", "--env=dev", "--commit")
    assert media.git("rev-list", "--count", "fresh") == "1"
    assert media.git("fsck", "--strict") == ""


def test_missing_identity_is_made_up_and_said(media):
    media.git("config", "--unset", "user.name")
    media.git("config", "--unset", "user.email")
    done = media.ddbgit("dump", "--env=dev", "--commit")
    assert "ddbgit@" in done.err
    assert media.git("log", "-1", "--format=%an") == "ddbgit"


def test_a_locked_index_is_named(media):
    (media.path / ".git" / "index.lock").write_text("")
    failing(media, 1, "dump", "--env=dev", "--commit", words=["index.lock"])


def test_an_unknown_revision_suggests_a_near_one(media):
    media.ddbgit("dump", "--env=dev", "--commit", "--tag=dev-20250127")
    failing(media, 1, "restore", "--rev=dev-20250128",
            words=["dev-20250128", "dev-20250127"])


def test_several_snapshots_are_listed(media):
    media.ddbgit("dump", "--env=dev")
    media.ddbgit("dump", "--env=dev", "--output=second")
    media.git("add", "backups", "second")
    media.git("commit", "-q", "-m", "Two at once")
    failing(media, 2, "restore", "--rev=HEAD",
            words=["backups/dynamodb/dev", "second", "--from", "--path"])
    media.ddbgit("restore", "--rev=HEAD", "--path=second", "--dry-run")
    media.ddbgit("restore", "--rev=HEAD", "--from=dev", "--dry-run")


def test_an_output_outside_the_work_tree_cannot_be_committed(media, fake):
    failing(media, 2, "dump", "--env=dev", "--commit",
            "--output=../elsewhere", words=["work tree"])
    assert fake.requests == []


@pytest.mark.parametrize("output", [".git/backup", ".git", ".GIT/x",
                                    "module/.git/x"])
def test_an_output_inside_git_is_refused(media, fake, output):
    media.git("init", "-q", "module")
    before = sorted((media.path / ".git").rglob("*"))
    failing(media, 5, "dump", "--env=dev", f"--output={output}",
            words=["inside Git's own directory"])
    assert sorted((media.path / ".git").rglob("*")) == before
    assert not fake.requests


def test_a_plain_dump_does_not_go_into_a_bare_repository(media, fake):
    bare = media.path.parent / "bare.git"
    media.git("init", "-q", "--bare", bare)
    media.ddbgit("dump", "--env=dev", "--output=x", cwd=bare, status=5,
                 env={"DDBGIT_ROOT": str(media.path)})
    assert not (bare / "x").exists() and not fake.requests


def test_a_second_dump_is_told_who_holds_the_lock(media, fake):
    fake.fault("stall", operation="Scan", times=1)
    first = subprocess.Popen(
        [str(arg) for arg in (media_binary(), "dump", "--env=dev")],
        cwd=media.path, env={**media.env, "DDBGIT_TEST_CLOCK": "1"},
        stderr=subprocess.PIPE)
    try:
        while not fake.count("Scan"):
            assert first.poll() is None
        failing(media, 1, "dump", "--env=dev", words=[str(first.pid)])
    finally:
        first.kill()
        first.wait()
        first.stderr.close()
    media.ddbgit("dump", "--env=dev")


def media_binary():
    import project as projects
    return projects.binary()


# Output that cannot be written

def test_an_unwritable_output_is_named(media):
    (media.path / "file").write_text("")
    failing(media, 1, "dump", "--env=dev", "--output=file", words=["file"])


def test_a_full_standard_output_is_an_error(media):
    media.ddbgit("dump", "--env=dev", "--commit")
    done = media.run("sh", "-c", f"{media_binary()} log > /dev/full",
                     status=1)
    assert "[ERROR]" in done.err and "No space left" in done.err


# Protection

@pytest.mark.parametrize("env", ["prod", "production", "prd", "live",
                                 "prod-eu"])
def test_protected_names_need_a_confirmation(dumped, fake, env):
    dumped.local(fake.endpoint, "target", env=env)
    restore(dumped, 5, f"--env={env}", words=["protected", "--yes"])
    assert "target" not in fake.tables
    dumped.ddbgit("restore", "--source=backups/dynamodb/dev", f"--env={env}",
                  "--yes")
    assert len(fake.tables["target"].items) == 5


def test_another_name_of_a_protected_table_is_protected(dumped, fake):
    dumped.local(fake.endpoint, "target", env="prod")
    dumped.local(fake.endpoint, "target", env="qa")
    restore(dumped, 5, "--env=qa", words=["prod", "protected"])


def test_protection_can_be_set_and_lifted(dumped, fake):
    dumped.local(fake.endpoint, "one", env="qa", DDBGIT_PROTECTED="true")
    restore(dumped, 5, "--env=qa", words=["protected"])
    dumped.local(fake.endpoint, "two", env="prod", DDBGIT_PROTECTED="false")
    dumped.ddbgit("restore", "--source=backups/dynamodb/dev", "--env=prod")


@pytest.mark.parametrize("typed", ["targe", "yes", "", "\x04"])
def test_a_wrong_answer_writes_nothing(dumped, fake, typed):
    dumped.local(fake.endpoint, "target", env="prod")
    dumped.terminal("restore", "--source=backups/dynamodb/dev", "--env=prod",
                    answers=[("name", typed)], status=5)
    assert "target" not in fake.tables


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(dumped, fake):
    done = dumped.ddbgit("restore", "--source=backups/dynamodb/dev",
                         "--dry-run")
    assert "5 items would be put into 'copy'; nothing was written" in done.err
    assert "'copy' would be created: key id (S); on demand\n" in done.err
    assert "copy" not in fake.tables


def test_a_dry_run_names_the_indexes_and_what_is_left_out(media, fake):
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    fake.create("full", items=[{"id": {"S": "a"}}],
                DeletionProtectionEnabled=True,
                GlobalSecondaryIndexes=[
                    {"IndexName": name, "KeySchema": keys,
                     "Projection": {"ProjectionType": "ALL"}}
                    for name in ("by-a", "by-b")])
    media.local(fake.endpoint, "full", env="dev")
    media.ddbgit("dump", "--env=dev")
    media.local(fake.endpoint, "copy")
    done = media.ddbgit("restore", "--source=backups/dynamodb/dev",
                        "--dry-run")
    assert "key id (S); on demand; indexes by-a, by-b\n" in done.err
    assert "[WARNING] Would not be restored: deletion protection" in done.err
    assert "copy" not in fake.tables


# Machines read errors too

def test_an_error_is_json_as_well(media):
    done = media.ddbgit("dump", "--env=nonesuch", "--json", status=None)
    last = json.loads(done.out.splitlines()[-1])
    assert last["type"] == "error" and last["exit"] == done.status
    assert "Environment file not found" in last["message"]


def test_an_unknown_option_suggests_the_nearest(media):
    failing(media, 2, "dump", "--comit", words=["--comit", "--commit"])
    failing(media, 2, "dmup", words=["dmup", "dump"])


def test_an_exported_endpoint_is_ignored_but_for_local(media, fake):
    done = media.ddbgit("dump", "--env=dev",
                        env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert len(media.items("dev")) == 5
    del done
