#!/usr/bin/env bash
# Installs what ddbgit, its demo and its tests need, and builds it.
# Nothing is installed twice: a second run takes seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
	cat <<'TEXT'
usage: scripts/bootstrap.sh [--build-only | --all] [--no-build]

  (no option)   what the build, the quick start and the tests need; build
  --build-only  only what the build needs; build
  --all         also what scripts/test.sh --all needs; build
  --no-build    leave out the build

Packages come from apt by name; test tools go into .deps/ in this folder:
the Python packages of tests/support/requirements.txt and, through Maven,
DynamoDB Local, which is AWS's software under AWS's licence.
TEXT
}

scope=tests
build=1
for arg; do
	case $arg in
	--build-only) scope=build ;;
	--all) scope=all ;;
	--no-build) build= ;;
	-h | --help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
done

say() { printf '[bootstrap] %s\n' "$*" >&2; }
die() { say "$*" && exit 1; }

# One package a line: the scope that first needs it, its Debian name, the
# reason. A command in brackets says that any package with it will do.
packages() {
	cat <<'LIST'
build gcc                  [cc]       the compiler
build libc6-dev                       the C library's headers
build cmake                [cmake]    the build system
build ninja-build          [ninja]    runs the build
build pkg-config           [pkg-config] finds the libraries below
build libgit2-dev                     commits, revisions, objects
build libcurl4-openssl-dev            HTTP with TLS
build libssl-dev                      SHA-256, SHA-1, HMAC
build libcjson-dev                    small JSON documents
build libinih-dev                     ~/.aws/config and ~/.aws/credentials
build zlib1g-dev                      Git's object format
build libdeflate-dev                  deflate and CRC-32 at speed
build libcmocka-dev                   the unit tests, built with the rest
build scdoc                [scdoc]    the manual pages
tests git                  [git]      the scratch repositories
tests ca-certificates                 TLS to the package registries
tests default-jre-headless [java]     runs DynamoDB Local
tests maven                [mvn]      fetches DynamoDB Local
tests python3                         the end-to-end tests
tests python3-venv                    keeps their packages in .deps/venv
tests jq                   [jq]       the tests use snapshots as people do
tests openssl              [openssl]  a certificate for the tests of TLS
all   time                 [/usr/bin/time] peak memory of the million items
all   clang                [clang]    the fuzz targets
all   libclang-rt-dev                 libFuzzer and clang's sanitizers
all   llvm                 [llvm-symbolizer] names in clang's reports
all   gcovr                [gcovr]    line coverage
all   clang-format         [clang-format] the layout of the code
all   shellcheck           [shellcheck] the scripts
all   clang-tidy           [clang-tidy] static analysis
all   cppcheck             [cppcheck] static analysis
all   zsh                  [zsh]      its completion, asked in it
all   fish                 [fish]     likewise
all   tmux                 [tmux]     terminals that are resized
LIST
}

in_scope() {
	case $scope in
	build) [ "$1" = build ] ;;
	tests) [ "$1" != all ] ;;
	all) true ;;
	esac
}

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
	local need name rest command
	while read -r need name rest; do
		in_scope "$need" || continue
		command=
		case $rest in
		\[*) command=${rest%%\]*} && command=${command#\[} ;;
		esac
		[ -n "$command" ] && command -v "$command" >/dev/null && continue
		installed "$name" || printf '%s\n' "$name"
	done < <(packages)
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "neither root nor sudo: run this as root: $*"
	fi
}

install_packages() {
	local -a missing
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		say "this system has no apt; install these or their like:"
		packages | while read -r need rest; do
			if in_scope "$need"; then printf '    %s\n' "$rest" >&2; fi
		done
		die "then build with: cmake --preset release && cmake --build --preset release"
	fi
	mapfile -t missing < <(missing_packages)
	[ "${#missing[@]}" -gt 0 ] || return 0
	say "installing ${missing[*]}"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends "${missing[@]}" >/dev/null
}

# Does the file that STAMP was written for still have the same content?
up_to_date() {
	[ -f "$1" ] && sha256sum --check --status "$1"
}

install_venv() {
	local list=tests/support/requirements.txt stamp=.deps/venv/.stamp
	up_to_date "$stamp" && return
	say "installing Python packages into .deps/venv"
	rm -rf .deps/venv
	/usr/bin/python3 -m venv .deps/venv
	.deps/venv/bin/pip install --quiet --disable-pip-version-check \
		--no-deps --requirement "$list"
	sha256sum "$list" >"$stamp"
}

install_emulator() {
	local pom=tests/support/pom.xml dir=.deps/dynamodb-local
	up_to_date "$dir/.stamp" && return
	say "fetching DynamoDB Local (AWS's software, AWS's licence) into $dir"
	rm -rf "$dir"
	mvn --batch-mode --quiet --no-transfer-progress -Dstyle.color=never --file "$pom" \
		dependency:copy-dependencies -DoutputDirectory="$PWD/$dir/lib"
	sha256sum "$pom" >"$dir/.stamp"
}

install_packages
if [ "$scope" != build ]; then
	mkdir -p .deps
	install_venv
	install_emulator
fi
if [ -n "$build" ]; then
	cmake --preset release --log-level=WARNING >/dev/null
	cmake --build --preset release
fi
