#!/usr/bin/env bash
# Builds ddbgit and runs its tests. The last lines are the runners' own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
	cat <<'TEXT'
usage: scripts/test.sh [--quick | --all]

  (no option)  the release build with every test; units and the smoke tests
               under the address and undefined-behaviour sanitizers
  --quick      the release build, units and smoke tests: while editing
  --all        also the linters, the thread sanitizer, every test under the
               sanitizers, coverage of src/, fuzzing, and what takes minutes
               (a million items)
TEXT
}

mode=default
case ${1:-} in
'') ;;
--quick) mode=quick ;;
--all) mode=all ;;
-h | --help) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac

export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0

coverage_lines=85
fuzz_seconds=30

step() { printf '\n[test] %s\n' "$*"; }

pytest() { .deps/venv/bin/python -m pytest -q "$@"; }

units() { # PRESET
	ctest --test-dir "build/$1" --output-on-failure --timeout 600 -j "$(nproc)" "${@:2}"
}

build() { # PRESET
	step "build $1"
	cmake --preset "$1" --log-level=WARNING >/dev/null
	cmake --build --preset "$1"
}

# The end-to-end tests with the program of another build.
end_to_end() { # PRESET [pytest's arguments]
	DDBGIT_BUILD=build/$1 pytest tests/e2e "${@:2}"
}

sanitize() { # PRESET [pytest's arguments]
	build "$1"
	step "units under $1"
	units "$1"
	step "end to end under $1"
	end_to_end "$@"
}

measure_coverage() {
	build coverage
	step "coverage of src/"
	find build/coverage -name '*.gcda' -delete
	units coverage
	end_to_end coverage -m 'not slow'
	gcovr --root . --filter 'src/' --exclude-unreachable-branches \
		--fail-under-line "$coverage_lines" build/coverage </dev/null
}

# Each target goes on from its corpus, for a while.
fuzz() {
	local source name found
	build fuzz
	for source in tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		found=build/fuzz/found/$name
		mkdir -p "$found"
		step "$name for $fuzz_seconds s"
		"build/fuzz/tests/fuzz/$name" -print_final_stats=1 \
			-max_total_time="$fuzz_seconds" \
			-dict=tests/fuzz/dynamodb.dict \
			-artifact_prefix="$found/" \
			"$found" "tests/fuzz/corpus/${name#fuzz_}" 2>&1 |
			tail -n 12
	done
}

case $mode in
quick)
	./scripts/bootstrap.sh
	export DDBGIT_EXAMPLES=${DDBGIT_EXAMPLES:-10}
	units release
	pytest tests/unit/test_*.py tests/e2e -m 'smoke or not e2e'
	exit
	;;
default)
	./scripts/bootstrap.sh
	sanitize asan -m smoke
	;;
all)
	./scripts/bootstrap.sh --all
	./scripts/lint.sh
	sanitize asan -m 'not slow'
	sanitize tsan -m smoke
	measure_coverage
	fuzz
	step "what takes minutes"
	end_to_end release -m slow
	export DDBGIT_EXAMPLES=${DDBGIT_EXAMPLES:-500}
	;;
esac

step "release"
units release
pytest tests/unit/test_*.py tests/e2e -m 'not slow'
