"""The part of JSON Schema that docs/json-schema.json is written in.

Stricter than the standard: a member that the schema does not name is a
breach, because it is not documented.
"""

import functools
import json
import pathlib
import re

SCHEMA = (pathlib.Path(__file__).resolve().parents[2] / "docs" /
          "json-schema.json")
KNOWN = {"$ref", "type", "const", "enum", "pattern", "minimum", "properties",
         "required", "items", "oneOf", "$schema", "title", "$defs"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "null": type(None)}


@functools.cache
def schema():
    return json.loads(SCHEMA.read_text())


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def breaches(value, rule, where="$"):
    """What is wrong with a value, as lines; none if it is right."""
    if rule is True:
        return
    assert set(rule) <= KNOWN, f"unknown words at {where}: {set(rule) - KNOWN}"
    if "$ref" in rule:
        name = rule["$ref"].removeprefix("#/$defs/")
        yield from breaches(value, schema()["$defs"][name], where)
        return
    if "oneOf" in rule:
        yield from _one_of(value, rule["oneOf"], where)
        return
    names = rule.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, name) for name in names):
        yield f"{where}: {value!r} is no {' or '.join(names)}"
        return
    if "const" in rule and value != rule["const"]:
        yield f"{where}: {value!r} is not {rule['const']!r}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{where}: {value!r} is none of {rule['enum']}"
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        yield f"{where}: {value!r} does not match {rule['pattern']}"
    if is_type(value, "integer") and value < rule.get("minimum", value):
        yield f"{where}: {value} is below {rule['minimum']}"
    if isinstance(value, list) and "items" in rule:
        for at, element in enumerate(value):
            yield from breaches(element, rule["items"], f"{where}[{at}]")
    if isinstance(value, dict) and "properties" in rule:
        yield from _members(value, rule, where)


def _members(value, rule, where):
    for name in rule.get("required", []):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, member in value.items():
        if name not in rule["properties"]:
            yield (f"{where}: {name} is not in docs/json-schema.json (and "
                   "docs/json.md)")
        else:
            yield from breaches(member, rule["properties"][name],
                                f"{where}.{name}")


def _one_of(value, rules, where):
    """The one that fits; else what is wrong with the nearest."""
    found = [list(breaches(value, rule, where)) for rule in rules]
    right = [each for each in found if not each]
    if len(right) > 1:
        yield f"{where}: fits more than one"
    elif not right:
        yield from min(found, key=lambda each: (
            any(".type:" in line or ".command:" in line for line in each),
            len(each)))


def check(record):
    wrong = list(breaches(record, schema()))
    assert not wrong, f"{json.dumps(record)}\n" + "\n".join(wrong)
