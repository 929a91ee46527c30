#!/bin/sh
# Installs the build into a folder of its own and compiles and runs a program
# against it, as somebody who embeds the library would.
#
#	embed.sh BUILD SOURCE CC CXX CFLAGS
set -eu
build=$1 source=$2 cc=$3 cxx=$4 cflags=$5
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/usr" >"$scratch/install.log"
pc=$(find "$scratch/usr" -name ddbgit.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
flags() { pkg-config --define-variable=prefix="$scratch/usr" "$@" ddbgit; }

# Each header stands by itself, in C11 and in C++.
for header in "$scratch"/usr/include/ddbgit/*.h; do
	name=ddbgit/$(basename "$header")
	echo "#include <$name>" >"$scratch/one.c"
	# shellcheck disable=SC2046
	"$cc" -std=gnu11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
		$(flags --cflags) "$scratch/one.c"
	cp "$scratch/one.c" "$scratch/one.cc"
	if command -v "$cxx" >/dev/null; then
		# shellcheck disable=SC2046
		"$cxx" -std=c++11 -Wall -Wextra -Werror -fsyntax-only \
			$(flags --cflags) "$scratch/one.cc"
	fi
done

# shellcheck disable=SC2046,SC2086
"$cc" $cflags -Wall -Wextra -Werror \
	-DEXPECTED_VERSION="\"$(flags --modversion)\"" \
	$(flags --cflags) "$source/embed.c" \
	$(flags --libs) -o "$scratch/embed"
cd "$scratch"
git init -q
LD_LIBRARY_PATH="$scratch/usr/lib:$(dirname "$(dirname "$pc")")" ./embed
