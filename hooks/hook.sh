#!/bin/sh
# ddbgit hook 1 - made by `ddbgit hooks install`, gone by `ddbgit hooks remove`.
# The hook that was here before stands beside it, runs first, and decides.
ddbgit=@DDBGIT@
hook=${0##*/}
earlier=$0.before-ddbgit
input=

# Git says on standard input what is pushed; both are to read it.
[ "$hook" != pre-push ] || input=$(cat)

if [ -x "$earlier" ]; then
	if [ "$hook" = pre-push ]; then
		printf '%s\n' "$input" | "$earlier" "$@" || exit
	else
		"$earlier" "$@" || exit
	fi
fi
if [ ! -x "$ddbgit" ]; then
	echo "[WARNING] $ddbgit is gone: run ddbgit hooks install again" >&2
	exit 0
fi
printf '%s\n' "$input" | "$ddbgit" hooks run "$hook" -- "$@"
