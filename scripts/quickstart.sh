#!/usr/bin/env bash
# Shows ddbgit at work on a table of an emulator: dump, change, dump, look,
# restore, check. Each command is printed before it runs.
set -euo pipefail

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
	echo "usage: scripts/quickstart.sh [FOLDER]"
	echo
	echo "Makes a scratch Git repository in FOLDER (default: ./quickstart)"
	echo "and leaves it there to look at. No AWS account is needed."
	exit
fi

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
die() { echo "quickstart: $*" >&2 && exit 1; }

show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }

# Prints the command as one would type it, and runs it.
run() {
	show "$(typed "$@")"
	"$@"
}

typed() {
	local word line=
	for word; do
		case $word in
		*[!A-Za-z0-9_.,:/=@+-]*) line+=" '$word'" ;;
		*) line+=" $word" ;;
		esac
	done
	printf '%s' "${line# }"
}

folder=${1:-quickstart}
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
support=$project/tests/support
python=$project/.deps/venv/bin/python

"$project/scripts/bootstrap.sh"

stop_emulator() {
	"$python" "$support/emulator.py" stop --pid-file .quickstart/pid
}

# What an earlier run left is replaced, nothing else.
if [ -d "$folder/.quickstart" ]; then
	(cd "$folder" && stop_emulator)
	rm -rf "$folder"
elif [ -e "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
	die "$folder exists and is not a quick start's: name another folder"
fi
mkdir -p "$folder/.quickstart" "$folder/scripts"
cd "$folder"

PATH=$project/build/release:$PATH
unset "${!AWS_@}" "${!DDBGIT_@}"

trap stop_emulator EXIT
endpoint=$("$python" "$support/emulator.py" start --pid-file .quickstart/pid)

table() { # VERB TABLE [FILE]
	show "seed_table.py $*"
	"$python" "$support/seed_table.py" "$1" "$endpoint" "${@:2}"
}

environment() { # ENV ENDPOINT-KEY
	cat >"scripts/.env.$1" <<ENV
AWS_ACCESS_KEY_ID=quickstart
AWS_SECRET_ACCESS_KEY=quickstart
AWS_REGION=us-east-1
$2=$endpoint
DYNAMODB_TABLE=$1-media
ENV
	chmod 600 "scripts/.env.$1"
}

say "A project with two environments; DynamoDB Local stands for both"
environment prod AWS_ENDPOINT_URL
environment local LOCAL_AWS_ENDPOINT
printf '/.quickstart/\n/scripts/.env.*\n' >.gitignore
run git init -q -b main
git config user.name "Quick Start"
git config user.email quickstart@example.com
run git add .gitignore
run git commit -q -m "Begin"
grep -v SECRET scripts/.env.prod
table create prod-media

say "1. Dump the table and commit it, with a tag"
table save prod-media .quickstart/state.json
run ddbgit dump --env=prod --commit --tag
tag=$(git tag --list 'prod-*' | tail -n 1)

say "2. The table changes, and is dumped again"
table change prod-media
run ddbgit dump --env=prod --commit

say "3. The backups, and what the last one changed: by item, and by line"
run ddbgit log
run ddbgit diff "$tag" HEAD
data=backups/dynamodb/prod/table-data.json
show "git diff --unified=0 $tag HEAD -- $data | cut -c 1-78"
git --no-pager diff --unified=0 "$tag" HEAD -- "$data" | cut -c 1-78

say "4. Put the tagged state into the local environment"
run ddbgit restore --env=local --rev="$tag"

say "5. Is it the tagged state? boto3 compares the tables, Git the dumps"
table compare local-media .quickstart/state.json
run ddbgit dump --env=local
run git --no-pager diff --exit-code "$tag:$data" \
	backups/dynamodb/local/table-data.json
echo "no difference"

say "6. Does the table still hold what its last backup holds?"
run ddbgit status --live

say "Done. Look around in $PWD:"
cat <<'TEXT'
  git log            each backup is a commit
  git show           the last change, an item a line
  ls backups/dynamodb/prod
TEXT
