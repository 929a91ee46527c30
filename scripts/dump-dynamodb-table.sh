#!/bin/sh
# Dumps a DynamoDB table to the local file system: `ddbgit dump` under the
# name and with the options of the script that it replaces.
set -eu

usage() {
	cat <<'TEXT'
Usage: dump-dynamodb-table.sh [--env=ENV] [--output DIR] [OPTION...]

Dumps the DynamoDB table of an environment to the local file system.

  --env=ENV     which scripts/.env.ENV to read (default: local)
  --output DIR  where to write (default: ./backups/dynamodb/ENV/)
  --help        this help

Any other option is given to `ddbgit dump` as it is: see `ddbgit help dump`.

Examples:
  ./scripts/dump-dynamodb-table.sh --env=prod
  ./scripts/dump-dynamodb-table.sh --env=prod --output ./prod-backup
TEXT
}

for arg; do
	case $arg in
	-h | --help) usage && exit 0 ;;
	esac
done

DDBGIT_ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
export DDBGIT_ROOT

ddbgit=${DDBGIT:-$(command -v ddbgit || true)}
: "${ddbgit:=$DDBGIT_ROOT/build/release/ddbgit}"
if ! command -v "$ddbgit" >/dev/null; then
	echo "[ERROR] ddbgit not found: put it on PATH, name it in DDBGIT," \
		"or build it with ./scripts/bootstrap.sh" >&2
	exit 1
fi
exec "$ddbgit" dump "$@"
