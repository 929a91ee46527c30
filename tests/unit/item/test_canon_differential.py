"""The canonicaliser in C against the one in tests/support/canonical.py, over
generated items in all the spellings that JSON and DynamoDB allow, and over
the same texts damaged.

The driver is built with the tests (target canon_driver); another one is
chosen with DDBGIT_CANON_DRIVER. DDBGIT_EXAMPLES=500 looks ten times longer.
"""

import base64
import decimal
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import canonical  # noqa: E402

# Making an item is what takes time here, so each is spelled several times.
SPELLINGS = 16
EXAMPLES = int(os.environ.get("DDBGIT_EXAMPLES", "50"))


def driver_path():
    chosen = os.environ.get("DDBGIT_CANON_DRIVER")
    if chosen:
        return chosen
    built = sorted(ROOT.glob("build/*/tests/unit/item/canon_driver"),
                   key=lambda path: path.stat().st_mtime)
    assert built, "canon_driver is not built: ninja canon_driver"
    return built[-1]


class Driver:
    def __init__(self):
        self.process = subprocess.Popen(
            [driver_path()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)

    def __call__(self, data, keys=()):
        """(line, key, used), or raises canonical.Refused."""
        schema = ",".join(kind + canonical.utf8(name).hex()
                          for name, kind in keys)
        self.process.stdin.write(f"{schema or '-'} {data.hex()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        assert answer, "the driver ended"
        if answer.startswith("error "):
            raise canonical.Refused(answer)
        _, line, key, used = answer.split(" ")
        return bytes.fromhex(line), bytes.fromhex(key), int(used)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10) == 0


@pytest.fixture(scope="module")
def canon():
    driver = Driver()
    yield driver
    driver.close()


# Items as DynamoDB JSON

CHARACTERS = st.one_of(
    st.characters(max_codepoint=0x7f),
    st.sampled_from('"\\/\b\f\n\r\t\0\x1f\x7f\x80\u07ff\u0800\ud7ff\ue000'
                    '\ufeff\uffff\U00010000\U0001f600\U0010ffff'),
    st.characters(categories=("Cs",)),
    st.characters())
TEXTS = st.text(CHARACTERS, max_size=24).map(
    # A pair of surrogates is one character, however it was put together.
    lambda s: s.encode("utf-16", "surrogatepass").decode(
        "utf-16", "surrogatepass"))


@st.composite
def numbers(draw):
    """Any spelling of a number, most of them within the limits."""
    digits = draw(st.text("0123456789", min_size=1, max_size=20))
    digits = draw(st.sampled_from([digits, digits * 2, digits[:3]]))
    digits = draw(st.sampled_from(["", "0", "00"])) + digits + \
        draw(st.sampled_from(["", "0", "0" * 40]))
    at = draw(st.integers(0, len(digits)))
    point = draw(st.sampled_from(["", "."]))
    exponent = draw(st.one_of(
        st.just(""), st.integers(-9, 9).map(str),
        st.integers(-140, 130).map(str)))
    if exponent:
        letter = draw(st.sampled_from(["e", "E"]))
        plus = "" if exponent[0] == "-" else draw(st.sampled_from(["", "+"]))
        exponent = letter + plus + exponent
    sign = draw(st.sampled_from(["", "-", "+"]))
    return sign + digits[:at] + point + digits[at:] + exponent


GOOD_NUMBERS = st.one_of(
    st.integers(-10 ** 6, 10 ** 6).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3,
                min_value=-1000, max_value=1000).map(str),
    st.sampled_from(["1E-130", "-1e-130", "9" * 38 + "E+88", "0E999", "-0.0",
                     "1E125", "0." + "0" * 129 + "1", "." + "9" * 38]))
BINARIES = st.binary(max_size=24).map(
    lambda b: base64.b64encode(b).decode())


def sets(members, order):
    return st.lists(members, min_size=1, max_size=6, unique_by=order)


SCALARS = st.one_of(
    st.builds(lambda s: {"S": s}, TEXTS),
    st.builds(lambda n: {"N": n}, GOOD_NUMBERS),
    st.builds(lambda b: {"B": b}, BINARIES),
    st.builds(lambda b: {"BOOL": b}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda s: {"SS": s}, sets(TEXTS, canonical.utf8)),
    st.builds(lambda s: {"NS": s},
              sets(GOOD_NUMBERS, canonical.canonical_number)),
    st.builds(lambda s: {"BS": s}, sets(BINARIES, lambda b: b)))
VALUES = st.recursive(SCALARS, lambda values: st.one_of(
    st.builds(lambda m: {"M": m}, st.dictionaries(TEXTS, values, max_size=5)),
    st.builds(lambda v: {"L": v}, st.lists(values, max_size=5))),
    max_leaves=12)
ITEMS = st.dictionaries(TEXTS, VALUES, max_size=20)
SEEDS = st.integers(0, 2 ** 32)


# The same item in another spelling

def spelled_character(c, dice):
    code = ord(c)
    style = dice.randrange(4)
    short = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t",
             '"': '"', "\\": "\\", "/": "/"}.get(c)
    if short and style < 2:
        return "\\" + short
    must = c < " " or c in '"\\' or 0xd800 <= code <= 0xdfff
    if not must and style:
        return c
    units = [code] if code < 0x10000 else \
        [0xd800 + (code - 0x10000 >> 10), 0xdc00 + (code & 0x3ff)]
    return "".join(dice.choice(["\\u%04x", "\\u%04X"]) % u for u in units)


def spelled_string(text, dice):
    return '"' + "".join(spelled_character(c, dice) for c in text) + '"'


def spelled(value, dice):
    """JSON text of a value, in any order, with blanks and escapes."""
    def gap():
        return dice.choice(["", "", "", " ", "\n\t", "\r\n "])
    if isinstance(value, dict):
        pairs = list(value.items())
        dice.shuffle(pairs)
        return "{" + gap() + ",".join(
            gap() + spelled_string(name, dice) + gap() + ":" + gap() +
            spelled(member, dice) + gap() for name, member in pairs) + "}"
    if isinstance(value, list):
        return "[" + gap() + ",".join(
            gap() + spelled(member, dice) + gap()
            for member in value) + "]"
    if isinstance(value, str):
        return spelled_string(value, dice)
    return json.dumps(value)


def damaged(data, dice):
    data = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(data) + 1)
        what = dice.randrange(4)
        if what == 0:
            del data[at:at + dice.randint(1, 4)]
        elif what == 1:
            data[at:at] = dice.choice(
                [b'"', b"\\", b"\\u", b"{", b"}", b"]", b",", b":", b"0",
                 b"\x00", b"\xed\xa0\x80", b"\xc0\x80", b"\xff", b"\xf4\x90",
                 b'"S":', b"\\ud83d", b"\\ude00", b" ", b"=", b"S"])
        elif at < len(data):
            data[at] = dice.randrange(256) if what == 2 else \
                data[dice.randrange(len(data))]
    return bytes(data)


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except canonical.Refused:
        return None


def both(canon, data):
    ours = outcome(canon, data)
    theirs = outcome(canonical.canonical_text, data)
    assert (ours and (ours[0], ours[2])) == theirs, data
    return ours


FEW = settings(max_examples=max(EXAMPLES // 4, 20), deadline=None,
               suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=EXAMPLES)


@MANY
@given(item=ITEMS, seed=SEEDS)
def test_every_spelling_of_an_item_has_the_same_canonical_bytes(
        canon, item, seed):
    dice = random.Random(seed)
    expected = canonical.canonical_line(item)
    for _ in range(SPELLINGS):
        data = spelled(item, dice).encode()
        assert canon(data) == (expected, b"", len(data))


@MANY
@given(item=ITEMS)
def test_a_canonical_line_is_its_own_canonical_form(canon, item):
    line = canonical.canonical_line(item)
    assert canon(line)[0] == line


@MANY
@given(item=ITEMS, seed=SEEDS)
def test_both_take_and_refuse_the_same_damaged_items(canon, item, seed):
    dice = random.Random(seed)
    for _ in range(SPELLINGS):
        both(canon, damaged(spelled(item, dice).encode(), dice))


@FEW
@given(item=ITEMS, seed=SEEDS)
def test_an_item_is_read_up_to_its_end_only(canon, item, seed):
    dice = random.Random(seed)
    data = spelled(item, dice).encode()
    rest = dice.randbytes(dice.randrange(20))
    assert canon(data + rest)[2] == len(data)


@FEW
@given(item=ITEMS, seed=SEEDS)
def test_an_item_that_is_cut_anywhere_is_refused(canon, item, seed):
    dice = random.Random(seed)
    data = spelled(item, dice).encode()
    with pytest.raises(canonical.Refused):
        canon(data[:dice.randrange(len(data))])


@MANY
@given(text=numbers())
@example("9" * 39)
@example("1E126")
@example("1E-131")
@example("1E-130")
@example("0E99999999999999999999")
@example("1E99999999999999999999")
@example("0." + "0" * 200 + "1E190")
def test_numbers_are_canonical_in_every_spelling(canon, text):
    data = json.dumps({"n": {"N": text}}).encode()
    both(canon, data)


@FEW
@given(text=st.one_of(st.text("0123456789+-.eE", max_size=9), TEXTS))
def test_both_agree_what_is_no_number(canon, text):
    both(canon, json.dumps({"n": {"N": text}}).encode())


@FEW
@given(text=st.text("ABQgw+/=-_ \n", max_size=9))
def test_both_agree_what_is_base64(canon, text):
    both(canon, json.dumps({"b": {"B": text}}).encode())


@FEW
@given(members=st.lists(numbers(), min_size=1, max_size=8))
def test_number_sets_sort_by_value_and_refuse_equals(canon, members):
    both(canon, json.dumps({"n": {"NS": members}}).encode())


# Keys

KEY_VALUES = {"S": TEXTS, "N": GOOD_NUMBERS, "B": BINARIES}


@st.composite
def keyed(draw, count):
    """Key attributes, and `count` items that have them."""
    names = draw(st.lists(
        TEXTS.filter(lambda s: 0 < len(canonical.utf8(s)) < 256 and
                     "\0" not in s),
        min_size=1, max_size=2, unique=True))
    keys = [(name, draw(st.sampled_from("SNB"))) for name in names]
    items = []
    for _ in range(count):
        item = draw(st.dictionaries(TEXTS, SCALARS, max_size=3))
        for name, kind in keys:
            item[name] = {kind: draw(KEY_VALUES[kind])}
        items.append(item)
    return keys, items


@MANY
@given(case=keyed(1), seed=SEEDS)
def test_keys_are_encoded_as_documented(canon, case, seed):
    keys, (item,) = case
    data = spelled(item, random.Random(seed)).encode()
    line, key, _ = canon(data, keys)
    assert line == canonical.canonical_line(item)
    assert key == canonical.encoded_key(item, keys)


def natural_order(kind, value):
    if kind == "N":
        with decimal.localcontext(decimal.Context(prec=400)):
            return decimal.Decimal(canonical.canonical_number(value))
    return base64.b64decode(value) if kind == "B" else canonical.utf8(value)


@MANY
@given(case=keyed(2))
def test_encoded_keys_order_as_the_values_do(canon, case):
    keys, items = case
    encoded = [canon(json.dumps(item).encode(), keys)[1] for item in items]
    natural = [[natural_order(kind, item[name][kind]) for name, kind in keys]
               for item in items]
    assert (encoded[0] < encoded[1]) == (natural[0] < natural[1])
    assert (encoded[0] == encoded[1]) == (natural[0] == natural[1])


@pytest.mark.parametrize("depth", [1, 63, 64, 65, 66])
@pytest.mark.parametrize("tag, wrap", [
    ("L", lambda v: {"L": [v]}), ("M", lambda v: {"M": {"k": v}})])
def test_both_stop_at_the_same_depth(canon, depth, tag, wrap):
    value = {"S": "deepest"}
    for _ in range(depth - 1):
        value = wrap(value)
    result = both(canon, json.dumps({"a": value}).encode())
    assert (result is not None) == (depth <= 64)
