"""What hypothesis draws: values, attributes and whole histories of backups."""

import dataclasses

from hypothesis import strategies as st

TEXT = st.text(max_size=6)
NUMBER = st.one_of(
    st.integers(-10**6, 10**6).map(str),
    st.sampled_from(["0.5", "-0.25", "1e20", "100000000000000000001", "1.50"]))


def _distinct(numbers):
    """No two spellings of one number: a set refuses them."""
    return sorted({float(n): n for n in numbers}.values())


SCALAR = st.one_of(
    TEXT.map(lambda v: {"S": v}), NUMBER.map(lambda v: {"N": v}),
    st.binary(max_size=4).map(lambda v: {"B": v}),
    st.booleans().map(lambda v: {"BOOL": v}), st.just({"NULL": True}),
    st.sets(TEXT, min_size=1, max_size=4).map(lambda v: {"SS": sorted(v)}),
    st.sets(NUMBER, min_size=1, max_size=4).map(
        lambda v: {"NS": _distinct(v)}),
    st.sets(st.binary(max_size=3), min_size=1, max_size=3).map(
        lambda v: {"BS": sorted(v)}))
NAME = st.sampled_from(["a", "b", "c.d", "é", "\"", " ", "z"])
VALUE = st.recursive(SCALAR, lambda inner: st.one_of(
    st.lists(inner, max_size=4).map(lambda v: {"L": v}),
    st.dictionaries(NAME, inner, max_size=3).map(lambda v: {"M": v})),
    max_leaves=8)
ATTRIBUTES = st.dictionaries(NAME, VALUE, max_size=4)

# Of histories. Numbers stand for keys, which each key schema spells its way;
# those from BULK on are of large items, so that a table has several chunks.
BULK = 100
BULK_ITEMS = 16
ENVIRONMENTS = ["prod", "dev", "pr.od-2"]
PAD = st.sampled_from([0, 1, 500, 9000, 40000])  # bytes of some text
EDITS = st.dictionaries(
    st.one_of(st.integers(0, 8), st.integers(BULK, BULK + BULK_ITEMS)),
    st.one_of(st.none(), ATTRIBUTES, PAD), max_size=5)
SETTINGS = st.one_of(  # that are given another value
    st.just({}), st.integers(1, 3).map(lambda units: {"units": units}),
    st.fixed_dictionaries({}, optional={
        "indexes": st.sets(st.sampled_from(["by-a", "by-b"])).map(sorted),
        "projection": st.sampled_from(["ALL", "KEYS_ONLY", "INCLUDE"]),
        "billing": st.sampled_from(["PAY_PER_REQUEST", "PROVISIONED"]),
        "ttl": st.sampled_from([None, "ttl", "gone"]),
        "stream": st.sampled_from([None, "NEW_IMAGE", "KEYS_ONLY"]),
        "protected": st.booleans()}))


@dataclasses.dataclass
class Step:
    """One commit. What does not fit the moment (a merge without a side) is
    passed over by who writes the history."""
    kind: str  # dump, hand, rename, remove, other, merge
    environment: str
    target: str
    side: bool  # on the side branch
    edits: dict
    form: str  # our single or chunked, pieces of it, foreign, or edited
    settings: dict  # what becomes of them
    keys: int  # the number of a key schema; None: as it was
    bulk: bool
    version: str  # of another ddbgit, or None
    tag: str  # None, light or annotated


_KINDS = (["dump"] * 4 + ["hand"] * 4 + ["merge"] * 3
          + ["both", "rename", "remove", "other"])
STEP = st.builds(
    Step, kind=st.sampled_from(_KINDS),
    environment=st.sampled_from(ENVIRONMENTS[:1] * 3 + ENVIRONMENTS),
    target=st.sampled_from(ENVIRONMENTS),
    side=st.booleans(), edits=EDITS,
    form=st.sampled_from(["single", "chunked", "pieces", "foreign", "foreign",
                          "edited"]),
    settings=SETTINGS, keys=st.sampled_from([None] * 12 + [0, 1, 2]),
    bulk=st.booleans(), version=st.sampled_from([None] * 9 + ["0.0.9"]),
    tag=st.sampled_from([None, None, "light", "annotated"]))
HISTORY = st.lists(STEP, min_size=4, max_size=10)
