"""docs/reliability.md says what the matrix counted, and nothing else."""

import json

import reliability

COUNTS = json.loads(reliability.COUNTS.read_text())


def test_the_page_holds_the_tables_of_the_counts():
    page = reliability.PAGE.read_text()
    assert reliability.page_with(page, reliability.tables(COUNTS)) == page


def test_no_case_ended_wrong():
    assert [name for name, part in COUNTS.items() if part["wrong"]] == []


def test_each_case_is_counted_once():
    for name, part in COUNTS.items():
        assert sum(reliability.ends_of(part).values()) == part["cases"], name


def test_a_run_of_every_kind_was_counted():
    assert {name.split()[0] for name in COUNTS} == set(reliability.KINDS)
