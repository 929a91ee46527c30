"""The commands of the programs that ddbgit is measured beside. Each is asked
for the same table of the same server, with its defaults."""

import pathlib
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE.parents[1] / ".deps" / "bench-venv" / "bin"

# Figures of dynein where it was not built: 200,000 items (145 MB), the same
# server, two cores of another machine.
DYNEIN_ITEMS = 200_000
DYNEIN_EXPORT = {"wall": 4.2, "cpu": 4.0, "peak": 164}
DYNEIN_IMPORT = {"wall": 17.4, "cpu": 12.7, "peak": 1004}

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "", "NO_PROXY": "localhost,127.0.0.1",
}


def _port(endpoint):
    return str(urllib.parse.urlsplit(endpoint).port)


def boto3_loop(what, *args):
    """what: scan or write, see peers.py."""
    return [VENV / "python", HERE / "peers.py", what, *args]


def aws_scan(endpoint, table):
    return [VENV / "aws", "dynamodb", "scan", "--table-name", table,
            "--endpoint-url", endpoint, "--output", "json"]


def dynamodump(endpoint, table, folder):
    return [VENV / "dynamodump", "--mode", "backup", "--srcTable", table,
            "--host", "127.0.0.1", "--port", _port(endpoint), "--region",
            "local", "--accessKey", "test", "--secretKey", "test",
            "--skipThroughputUpdate", "--dumpPath", folder]


def dynein(program, endpoint, table, *args):
    """It speaks to localhost alone, for the region `local`."""
    return [program, "--region", "local", "--port", _port(endpoint), "--table",
            table, *args]
