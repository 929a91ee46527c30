"""The worst hour, from beginning to end: somebody deletes three items of prod
and damages five."""

import json

import pytest

from conftest import put_items, scan_all

DELETED = [{"id": {"S": f"user-{n:03}"}} for n in (7, 70, 170)]
DAMAGED = [{"id": {"S": f"user-{n:03}"}} for n in (1, 20, 33, 99, 150)]


def user(number, **more):
    return {"id": {"S": f"user-{number:03}"},
            "name": {"S": f"User {number}"},
            "address": {"M": {"zip": {"S": str(1000 + number)}}}, **more}


def by_id(items):
    return sorted(items, key=lambda item: item["id"]["S"])


def status(project, expected):
    done = project.ddbgit("status", "--env=prod", "--live", "--exit-code",
                          "--json", status=expected)
    live = done.of_type("status")[0]["live"]
    assert live["state"] == "compared"
    return live["added"], live["changed"], live["removed"]


def counting(fake):
    """The items that BatchWriteItem takes from now on."""
    sent = []
    fake.refuse = lambda item: sent.append(item) or False
    return sent


@pytest.mark.smoke
def test_eight_items_are_found_and_put_back(project, fake):
    items = [user(n) for n in range(200)]
    table = fake.create("prod-users", items=items)
    project.local(fake.endpoint, "prod-users", env="prod")
    project.ddbgit("dump", "--env=prod", "--tag=prod-monday")
    table.put(user(12, plan={"S": "gold"}))
    project.ddbgit("dump", "--env=prod", "--tag=prod-tuesday")
    good = by_id(table.items)
    assert status(project, 0) == (0, 0, 0)

    for key in DELETED:
        table.delete(key)
    for key in DAMAGED:
        table.put({**key, "name": {"S": "null"}})
    fake.forget()

    assert status(project, 4) == (0, 5, 3)

    done = project.ddbgit("diff", "--env=prod", "--json")
    changes = {json.dumps(item["key"]): item["change"]
               for item in done.of_type("item")}
    assert changes == {
        **{json.dumps(key): "removed" for key in DELETED},
        **{json.dumps(key): "changed" for key in DAMAGED}}

    done = project.ddbgit("log", "--env=prod", "--key",
                          '{"id":{"S":"user-012"}}', "--json")
    told = [(backup["tags"], item["change"]) for backup, item
            in zip(done.of_type("backup"), done.of_type("item"))]
    assert told == [(["prod-tuesday"], "changed"), (["prod-monday"], "added")]

    restore = ["restore", "--env=prod", "--rev=prod-tuesday",
               "--changed-only", "--json"]
    done = project.ddbgit(*restore, "--dry-run")
    plan = done.of_type("summary")[0]
    assert (plan["toWrite"], plan["plan"]["added"],
            plan["plan"]["changed"]) == (8, 3, 5)
    project.ddbgit(*restore, status=5)  # protected, and nobody to ask
    assert fake.count("BatchWriteItem") == 0

    sent = counting(fake)
    done = project.ddbgit(*restore, "--yes")
    assert done.of_type("summary")[0]["written"] == 8
    assert {item["id"]["S"] for item in sent} == {
        key["id"]["S"] for key in DELETED + DAMAGED} and len(sent) == 8
    assert by_id(table.items) == good
    assert status(project, 0) == (0, 0, 0)


def test_the_same_on_an_emulator_typed_by_a_person(project, emulator, aws,
                                                   table_name, make_table):
    items = [user(n) for n in range(200)]
    make_table(table_name, items)
    project.local(emulator.endpoint, table_name, env="prod")
    project.ddbgit("dump", "--env=prod", "--commit")
    for key in DELETED:
        aws.delete_item(TableName=table_name, Key=key)
    put_items(aws, table_name, [{**key, "name": {"S": "null"}}
                                for key in DAMAGED])
    done = project.terminal("restore", "--env=prod", "--rev=HEAD",
                            "--changed-only",
                            answers=[("Type the table's name", table_name)])
    assert "3 added, 5 changed, 192 equal" in done.out
    assert "8 items would be written into the table" in done.out
    assert by_id(scan_all(aws, table_name)) == by_id(items)
    assert status(project, 0) == (0, 0, 0)
