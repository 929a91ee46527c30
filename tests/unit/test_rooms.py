"""The rule between the rooms of src/, held to the #includes.

    cli -> backup -> {snapshot, repo, dynamodb} -> {item, aws} -> base

Siblings do not know each other, cli knows the public interface alone, and a
library's header is included in its one module.
"""

import fnmatch
import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# What each room may include besides itself.
BELOW = {
    "base": set(),
    "item": {"base"},
    "aws": {"base"},
    "snapshot": {"item", "base"},
    "repo": {"item", "base"},
    "dynamodb": {"item", "aws", "base"},
    "backup": {"snapshot", "repo", "dynamodb", "item", "aws", "base"},
    "cli": set(),
}

# Use cases: their callers and makers alone know them.
USE_CASES = {
    "backups.h",
    "cat.h",
    "ddbgit.h",
    "diff.h",
    "doctor.h",
    "dump.h",
    "hooks.h",
    "init.h",
    "key_history.h",
    "restore.h",
    "run.h",
    "status.h",
}
USE_CASE_ROOMS = {"backup", "cli", "public"}

# A library's headers, and the one module round it.
LIBRARIES = {
    "openssl/*": "base/digest*",
    "curl/*": "aws/http*",
    "git2*": "repo/*",
    "cjson/*": "base/json*",
    "cJSON.h": "base/json*",
    "ini.h": "aws/profile*",
    "libdeflate.h": ("base/crc*", "base/deflate*"),
    "zlib.h": ("base/crc*", "base/deflate*"),
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]',
                     re.MULTILINE)


def matches(name, patterns):
    if isinstance(patterns, str):
        patterns = (patterns,)
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def room_breach(room, quote, header):
    """Why a file of this room must not include the header, or None."""
    first, _, rest = header.partition("/")
    if first == "ddbgit":
        if rest in USE_CASES and room not in USE_CASE_ROOMS:
            return "a use case"
        return None
    if first in BELOW:
        if room == "public":
            return "a private header in a public one"
        if first != room and first not in BELOW[room]:
            return f"{room} must not know {first}"
        return None
    if quote == '"':
        return "no room in its path"
    return None


def library_breach(name, header):
    for pattern, module in LIBRARIES.items():
        if fnmatch.fnmatch(header, pattern) and not matches(name, module):
            return "a library outside its one module"
    return None


def breaches(root):
    """A line for each #include below root that breaks a rule."""
    files = [(path, path.relative_to(root / "src").as_posix())
             for path in sorted((root / "src").rglob("*.[ch]"))]
    files += [(path, "public/" + path.name)
              for path in sorted((root / "include").rglob("*.h"))]
    found = []
    for path, name in files:
        room = name.partition("/")[0]
        for quote, header in INCLUDE.findall(path.read_text()):
            why = (room_breach(room, quote, header)
                   or library_breach(name, header))
            if why:
                found.append(f"{name} includes {header}: {why}")
    return found


def test_no_include_breaks_the_rule_between_rooms():
    assert breaches(SOURCE) == []


def test_all_rooms_are_known():
    rooms = {path.name for path in (SOURCE / "src").iterdir()
             if path.is_dir()}
    assert rooms == set(BELOW)


@pytest.mark.parametrize("name, line, allowed", [
    ("src/base/buf.c", '#include "item/canon.h"', False),
    ("src/item/canon.c", '#include "base/buf.h"', True),
    ("src/item/canon.c", '#include "aws/http.h"', False),
    ("src/aws/http.c", "#include <curl/curl.h>", True),
    ("src/aws/sigv4.c", "#include <curl/curl.h>", False),
    ("src/aws/sigv4.c", "#include <openssl/hmac.h>", False),
    ("src/base/digest.c", "#include <openssl/evp.h>", True),
    ("src/base/deflate.c", "#include <zlib.h>", True),
    ("src/item/key.c", "#include <cjson/cJSON.h>", False),
    ("src/snapshot/layout.c", '#include "repo/repo.h"', False),
    ("src/snapshot/layout.c", "#include <git2.h>", False),
    ("src/repo/commit.c", "#include <git2/sys/odb_backend.h>", True),
    ("src/repo/commit.c", '#include "snapshot/snapshot.h"', False),
    ("src/dynamodb/scan.c", '#include "aws/http.h"', True),
    ("src/dynamodb/scan.c", "  #  include <ddbgit/dump.h>", False),
    ("src/dynamodb/scan.c", "#include <ddbgit/error.h>", True),
    ("src/backup/dump.c", '#include "repo/commit.h"', True),
    ("src/backup/dump.c", '#include "cli/option.h"', False),
    ("src/cli/main.c", "#include <ddbgit/ddbgit.h>", True),
    ("src/cli/main.c", '#include "cli/option.h"', True),
    ("src/cli/main.c", '#include "base/buf.h"', False),
    ("src/cli/main.c", '#include "option.h"', False),
    ("src/cli/main.c", '#include "../base/buf.h"', False),
    ("include/ddbgit/error.h", '#include "base/buf.h"', False),
    ("include/ddbgit/dump.h", "#include <ddbgit/error.h>", True),
])
def test_the_check_sees_a_breach(tmp_path, name, line, allowed):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(f"/* a file */\n{line}\n")
    assert bool(breaches(tmp_path)) != allowed
