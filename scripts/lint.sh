#!/usr/bin/env bash
# Reads the code without running it: layout, scripts, and what static analysis
# finds. Analysers that are not installed are left out, and named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n[lint] %s\n' "$*"; }

have() {
	command -v "$1" >/dev/null && return
	step "left out: $1 is not installed (./scripts/bootstrap.sh --all)"
	return 1
}

step "layout of the code"
git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror

step "scripts"
git ls-files '*.sh' .ci/run | xargs shellcheck

if have cppcheck; then
	step "cppcheck"
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem \
		'-DcJSON_ArrayForEach(a,b)=for(a=(b)->child;a;a=a->next)' \
		-I include -I src src tests/support
fi

if have clang-tidy; then
	step "clang-tidy"
	cmake --preset release --log-level=WARNING >/dev/null
	git ls-files 'src/*.c' | xargs -P "$(nproc)" -n 8 \
		clang-tidy --quiet -p build/release
fi
