"""A table for the quick start, made, changed and compared by boto3 alone.

    seed_table.py create  ENDPOINT TABLE [--items N]   with an index
    seed_table.py change  ENDPOINT TABLE               adds, edits, removes
    seed_table.py save    ENDPOINT TABLE FILE          what boto3 sees, now
    seed_table.py compare ENDPOINT TABLE FILE          with what it saw then
"""

import argparse
import decimal
import json
import pathlib
import random
import sys

import boto3

PLACES = ["Zürich", "Lisboa", "Kraków", "São Paulo", "東京", "Reykjavík"]
SUBJECTS = ["harbour", "market", "bridge", "station", "garden", "rooftops"]
TAGS = ["night", "rain", "people", "long exposure", "film", "black & white"]
INDEX = "by-owner"


def resource(endpoint):
    return boto3.resource(
        "dynamodb", endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id="quickstart", aws_secret_access_key="quickstart")


def media(number):
    """Item `number`, always the same."""
    chance = random.Random(number)
    place, subject = chance.choice(PLACES), chance.choice(SUBJECTS)
    item = {
        "id": f"m{chance.getrandbits(48):012x}",
        "owner": f"user-{chance.randrange(25):02}",
        "createdAt": 1704067200 + chance.randrange(31536000),
        "title": f"{place}, the {subject}",
        "tags": set(chance.sample(TAGS, chance.randrange(1, 4))),
        "bytes": chance.randrange(20_000, 9_000_000),
        "rating": decimal.Decimal(chance.randrange(10, 51)) / 10,
        "public": chance.random() < 0.8,
        "thumbnail": chance.randbytes(24),
        "exif": {"iso": chance.choice([100, 400, 1600]),
                 "lens": f"{chance.choice([28, 35, 50])} mm",
                 "at": [decimal.Decimal(chance.randrange(-900, 900)) / 10,
                        decimal.Decimal(chance.randrange(-1800, 1800)) / 10]},
    }
    if chance.random() < 0.1:
        item["album"] = None
    return item


def create(table, args):
    table = resource(args.endpoint).create_table(
        TableName=args.table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "createdAt", "AttributeType": "N"}],
        GlobalSecondaryIndexes=[{
            "IndexName": INDEX,
            "KeySchema": [
                {"AttributeName": "owner", "KeyType": "HASH"},
                {"AttributeName": "createdAt", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"}}])
    with table.batch_writer() as batch:
        for number in range(args.items):
            batch.put_item(Item=media(number))
    print(f"{args.table}: {args.items} items, index {INDEX}")


def change(table, _):
    for number, title in ((3, "Sold"), (5, "On loan"), (8, "Wanted")):
        table.update_item(
            Key={"id": media(number)["id"]},
            UpdateExpression="SET title = :t ADD bytes :one",
            ExpressionAttributeValues={":t": title, ":one": 1})
    for number in (1_000_001, 1_000_002):
        table.put_item(Item=media(number))
    table.delete_item(Key={"id": media(13)["id"]})
    print("2 items added, 3 changed, 1 removed")


def state(table):
    """All that a restore has to bring back, in one spelling."""
    def plain(value):
        if isinstance(value, set):
            return {"set": sorted(value)}
        if isinstance(value, decimal.Decimal):
            return {"number": f"{value.normalize():f}"}
        return {"binary": bytes(value).hex()}

    items, more = [], {}
    while True:
        page = table.scan(ConsistentRead=True, **more)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            break
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    items.sort(key=lambda item: item["id"])
    return json.loads(json.dumps({
        "items": items,
        "keys": table.key_schema,
        "attributes": sorted(table.attribute_definitions,
                             key=lambda one: one["AttributeName"]),
        "indexes": [{name: index[name]
                     for name in ("IndexName", "KeySchema", "Projection")}
                    for index in table.global_secondary_indexes or []],
    }, default=plain))


def save(table, args):
    seen = state(table)
    args.file.write_text(json.dumps(seen))
    print(f"{args.table}: {len(seen['items'])} items noted")


def compare(table, args):
    then, now = json.loads(args.file.read_text()), state(table)
    for part in then:
        if then[part] != now[part]:
            sys.exit(f"{args.table}: the {part} differ")
    print(f"{args.table}: {len(now['items'])} items, keys and indexes are "
          "as noted")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in (create, change, save, compare):
        options = verbs.add_parser(verb.__name__)
        options.set_defaults(carry_out=verb)
        options.add_argument("endpoint")
        options.add_argument("table")
        if verb is create:
            options.add_argument("--items", type=int, default=400)
        if verb in (save, compare):
            options.add_argument("file", type=pathlib.Path)
    args = parser.parse_args()
    args.carry_out(resource(args.endpoint).Table(args.table), args)


if __name__ == "__main__":
    main()
