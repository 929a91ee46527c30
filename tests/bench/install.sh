#!/usr/bin/env bash
# Puts the programs that the benchmarks compare with into .deps/bench-venv;
# what is there is not installed again. run.py calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

list=tests/bench/requirements.txt
venv=.deps/bench-venv

if [ -f "$venv/.stamp" ] && sha256sum --check --status "$venv/.stamp"; then
	exit 0
fi
printf '[bench] installing what is compared with into %s\n' "$venv" >&2
rm -rf "$venv"
mkdir -p .deps
/usr/bin/python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
	--requirement "$list"
sha256sum "$list" >"$venv/.stamp"
