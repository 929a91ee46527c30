#!/bin/sh
# ddbgit hook 1: made by `ddbgit hooks install`, gone by `ddbgit hooks remove`.
# A hook that was here before stands beside it, runs first, and may refuse.
ddbgit=@DDBGIT@
hook=${0##*/}
earlier=$0.before-ddbgit
status=0

# What is pushed comes on standard input, and both are to read it.
if [ "$hook" = pre-push ]; then
	input=$(cat && echo .)
	run() { printf %s "${input%.}" | "$@"; }
else
	run() { "$@"; }
fi

if [ -x "$earlier" ]; then
	run "$earlier" "$@" || status=$?
	case $hook in
	pre-*) [ "$status" -eq 0 ] || exit "$status" ;;
	esac
fi
if [ -x "$ddbgit" ]; then
	run "$ddbgit" hooks run "$hook" -- "$@" || exit
else
	printf '[WARNING] %s is gone: ddbgit hooks install finds it anew\n' \
		"$ddbgit" >&2
fi
exit "$status"
