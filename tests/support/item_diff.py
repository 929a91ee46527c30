"""What ddbgit diff --json has to say, a second time: written from docs/json.md
and ddbgit-diff(1), not from src/. Items are DynamoDB JSON as boto3's client
gives it.

    records = diff_items(before, after, [("id", "S")])
"""

import canonical


def spelled(value):
    """A value in its one spelling, to compare and to show."""
    return canonical.canonical_value(value)


def by_key(items, keys):
    return {canonical.encoded_key(item, keys): item for item in items}


def key_of(item, keys):
    names = {name for name, _ in keys}
    return {name: value for name, value in item.items() if name in names}


def _set_order(tag):
    return {"SS": canonical.utf8, "NS": canonical._number_order,
            "BS": canonical.decoded}[tag]


def _members(tag, before, after):
    """Members of before that after has not."""
    order = _set_order(tag)
    there = {order(member) for member in after}
    return sorted((m for m in before if order(m) not in there), key=order)


def diff_values(path, before, after):
    """The differences of two values at a path, both there."""
    if spelled(before) == spelled(after):
        return []
    (tag, a), = before.items()
    (other, b), = after.items()
    if tag != other:
        return [changed(path, before, after)]
    if tag == "M":
        return diff_maps(path, a, b)
    if tag == "L":
        return diff_lists(path, a, b)
    if tag in ("SS", "NS", "BS"):
        removed, added = _members(tag, a, b), _members(tag, b, a)
        return [{"change": "changed", "path": path,
                 "removed": {tag: removed} if removed else None,
                 "added": {tag: added} if added else None}]
    return [changed(path, before, after)]


def changed(path, before, after):
    kind = ("added" if before is None else
            "removed" if after is None else "changed")
    return {"change": kind, "path": path, "before": before, "after": after}


def diff_maps(path, a, b):
    out = []
    for name in sorted({*a, *b}, key=canonical.utf8):
        below = path + [name]
        if name in a and name in b:
            out += diff_values(below, a[name], b[name])
        else:
            out.append(changed(below, a.get(name), b.get(name)))
    return out


def diff_lists(path, a, b):
    first = [spelled(v) for v in a]
    second = [spelled(v) for v in b]
    start = 0
    while start < min(len(a), len(b)) and first[start] == second[start]:
        start += 1
    end_a, end_b = len(a), len(b)
    while end_a > start and end_b > start and \
            first[end_a - 1] == second[end_b - 1]:
        end_a, end_b = end_a - 1, end_b - 1
    out = []
    for i in range(start, max(end_a, end_b)):
        if i < end_a and i < end_b:
            out += diff_values(path + [i], a[i], b[i])
        else:
            out.append(changed(path + [i], a[i] if i < end_a else None,
                               b[i] if i < end_b else None))
    return out


def diff_items(before, after, keys):
    """The "item" records, by key."""
    a, b = by_key(before, keys), by_key(after, keys)
    out = []
    for key in sorted({*a, *b}):
        left, right = a.get(key), b.get(key)
        if left and right:
            if canonical.canonical_line(left) == \
                    canonical.canonical_line(right):
                continue
            out.append({"type": "item", "change": "changed",
                        "key": key_of(left, keys),
                        "attributes": diff_maps([], left, right)})
        else:
            out.append({"type": "item",
                        "change": "removed" if left else "added",
                        "key": key_of(left or right, keys),
                        "before": left, "after": right})
    return out


def normal(value):
    """Any DynamoDB JSON inside a record in one spelling, so that records can
    be compared: values become text, sets become sorted."""
    if isinstance(value, list):
        return [normal(v) for v in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and set(value) <= {"S", "N", "B", "M", "L", "SS", "NS",
                                          "BS", "BOOL", "NULL"}:
        return spelled(value)
    return {name: normal(v) for name, v in value.items()}
