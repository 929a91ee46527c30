"""docs/json-schema.json, the validator that holds --json to it, json.md."""

import re

import pytest

import json_schema

STEP = {"type": "step", "action": "kept", "path": "x", "detail": "y",
        "advice": None}


def test_a_right_record_passes():
    json_schema.check(STEP)


@pytest.mark.parametrize("change", [
    {"action": "eaten"}, {"path": None}, {"advice": 1}, {"more": 1},
    {"type": "steps"}])
def test_a_wrong_record_is_found(change):
    with pytest.raises(AssertionError):
        json_schema.check({**STEP, **change})


def test_a_missing_member_is_found():
    for name in STEP:
        with pytest.raises(AssertionError):
            json_schema.check({key: value for key, value in STEP.items()
                               if key != name})


def members(rule):
    if rule is True:
        return
    for name, inner in rule.get("properties", {}).items():
        yield name
        yield from members(inner)
    for inner in rule.get("oneOf", []):
        yield from members(inner)
    if "items" in rule:
        yield from members(rule["items"])


def test_every_member_is_in_the_documentation():
    text = json_schema.SCHEMA.with_suffix("").parent.joinpath(
        "json.md").read_text()
    words = set(re.findall(r"[A-Za-z0-9-]+", text))
    for name, rule in json_schema.schema()["$defs"].items():
        unknown = set(members(rule)) - words
        assert not unknown, f"{name}: {unknown} not in docs/json.md"
