#!/bin/sh
# Restores a DynamoDB table from a dump: `ddbgit restore` under the
# name and with the options of the script that it replaces.
set -eu

usage() {
	cat <<'TEXT'
Usage: restore-dynamodb-table.sh [--env=ENV] [--source DIR] [OPTION...]

Restores the DynamoDB table of an environment from a dump.

  --env=ENV     which scripts/.env.ENV to read (default: local)
  --source DIR  what to read (default: ./backups/dynamodb/ENV/)
  --help        this help

Any other option is given to `ddbgit restore` as it is: see `ddbgit help restore`.

Examples:
  ./scripts/restore-dynamodb-table.sh --env=local
  ./scripts/restore-dynamodb-table.sh --env=local --source ./prod-backup
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
exec "$ddbgit" restore "$@"
