"""A repository with any number of backups, made by git fast-import: commits
as ddbgit makes them, a day apart, of one small table."""

import datetime
import hashlib
import json
import subprocess

FOLDER = "backups/dynamodb/prod"
BEGIN = datetime.datetime(1999, 1, 1, 2, 0, tzinfo=datetime.timezone.utc)
ITEMS = 20
SCHEMA = {"Table": {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "TableName": "prod-media"}}


def items(backup):
    """The canonical lines; each backup changes one of them."""
    lines = []
    for i in range(ITEMS):
        # How often it was the turn of this item.
        views = (backup + ITEMS - 1 - i) // ITEMS
        lines.append('{"id":{"S":"%02d"},"views":{"N":"%d"}}' % (i, views))
    return lines


def files(backup):
    """The four files' texts, and the digest."""
    lines = items(backup)
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines)
                            .encode()).hexdigest()
    schema = json.dumps(SCHEMA["Table"], sort_keys=True,
                        separators=(",", ":"))
    schema = f'{{"Table":{schema}}}'
    when = (BEGIN + datetime.timedelta(days=backup)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")
    metadata = {
        "tableName": "prod-media", "environment": "prod", "dumpDate": when,
        "itemCount": ITEMS, "awsRegion": "us-east-1", "endpointUrl": None,
        "formatVersion": 1, "toolVersion": "0.1.0", "layout": "single",
        "dataBytes": sum(len(line) + 1 for line in lines),
        "dataSha256": digest,
        "schemaSha256": hashlib.sha256(schema.encode()).hexdigest(),
        "scanStarted": when, "scanFinished": when, "consistentRead": False}
    data = ('{"Items":[\n' + ",\n".join(lines) + f'\n],"Count":{ITEMS},'
            f'"ScannedCount":{ITEMS},"ConsumedCapacity":null}}\n')
    return when, digest, {
        "table-data.json": data,
        "table-schema.json": json.dumps(SCHEMA, indent=4) + "\n",
        "table-metadata.json": json.dumps(metadata, indent=4) + "\n",
        "dump-summary.txt": f"Table prod-media, {ITEMS} items, {when}\n"}


def message(backup, when, digest):
    changes = f"+{ITEMS} ~0 -0" if backup == 0 else "+0 ~1 -0"
    return (f"Dump prod-media (prod): {ITEMS} items\n\n"
            "Ddbgit-Format: 1\nDdbgit-Environment: prod\n"
            "Ddbgit-Table: prod-media\nDdbgit-Region: us-east-1\n"
            f"Ddbgit-Items: {ITEMS}\nDdbgit-Changes: {changes}\n"
            f"Ddbgit-Data-SHA256: {digest}\nDdbgit-Dump-Date: {when}\n"
            f"Ddbgit-Path: {FOLDER}\n")


def commit(backup):
    """A backup as fast-import reads it."""
    when, digest, texts = files(backup)
    seconds = int((BEGIN + datetime.timedelta(days=backup)).timestamp())
    said = message(backup, when, digest).encode()
    parts = [b"commit refs/heads/main\ncommitter A Tester "
             b"<tester@example.com> %d +0000\ndata %d\n%s"
             % (seconds, len(said), said)]
    for name, text in texts.items():
        content = text.encode()
        parts.append(f"M 100644 inline {FOLDER}/{name}\n".encode()
                     + b"data %d\n%s\n" % (len(content), content))
    return b"".join(parts)


def make(path, env, backups):
    """Fills the empty repository at path, branch main."""
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path,
                          env=env, stdin=subprocess.PIPE) as process:
        for backup in range(backups):
            process.stdin.write(commit(backup))
        process.stdin.close()
        if process.wait() != 0:
            raise RuntimeError("git fast-import failed")
