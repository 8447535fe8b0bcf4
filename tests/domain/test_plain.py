"""What is said to be plain at a glance is left as it is by the full walk."""

from __future__ import annotations

import sys
from random import Random
from unicodedata import combining, is_normalized, normalize

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.plain import is_plain, unsure_characters
from hub.domain.walk import Walk

MARKS = st.sampled_from(
    "\u0300\u0301\u0309\u0323\u0302\u031b\u0338\u0340\u0344\u1161\u11a8\u09be\u3099\u2126\u212b\uf900"
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | MARKS | st.sampled_from("aeouăâêôơưAE<\u1100\uac00\u09c7\u304b")
)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@example({"name": "e\u0301"})
@example({"name": "e", "data": {"\u0301": 1.0}})
def test_the_full_walk_leaves_a_plain_document_as_it_is(data: dict[str, object]) -> None:
    document = {"form": {"data": data}}
    if is_plain(document):
        walk = Walk()
        assert orjson.dumps(walk.mapping(document, ())) == orjson.dumps(document)
        assert walk.problems == []


@given(
    st.text(
        st.characters(min_codepoint=1, max_codepoint=0x24F, exclude_categories=["Cs"])
        | st.characters(min_codepoint=0x1EA0, max_codepoint=0x1EF9)
    )
)
def test_what_is_written_in_vietnamese_letters_is_plain(text: str) -> None:
    assert is_plain({"a": text.replace(".0", "").replace("e+", "")})  # these look like numbers that are looked at


def test_a_text_with_nul_is_looked_at_closer() -> None:
    assert not is_plain({"a": "An\x00"})


def test_any_mixture_of_the_other_characters_is_in_nfc() -> None:
    unsure = unsure_characters()
    sure = [chr(number) for number in range(0x10000) if not 0xD800 <= number < 0xE000 and chr(number) not in unsure]
    assert len(sure) > 60_000
    for seed in range(20):
        Random(seed).shuffle(sure)
        assert is_normalized("NFC", "".join(sure))


def test_every_character_that_can_join_the_one_before_it_is_unsure() -> None:
    unsure = unsure_characters()
    for number in range(0x80, sys.maxunicode + 1):
        whole = chr(number)
        if not 0xD800 <= number < 0xE000 and (parts := normalize("NFD", whole)) != whole:
            assert all(part in unsure or ord(part) >= 0x10000 for part in parts[1:])
    assert all(chr(number) in unsure for number in range(0x80, 0x10000) if combining(chr(number)))


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60).map(float))
def test_a_number_the_full_walk_would_change_is_seen(number: float) -> None:
    for document in ({"amount": number}, {"a": [number]}, {"a": [number, 1]}):
        if Walk().mapping(document, ()) is not document:
            assert not is_plain(document)


@given(st.text(), st.text())
def test_a_text_the_full_walk_would_change_is_seen(name: str, text: str) -> None:
    document = {"data": {name: text, "after": "̀"}}
    if not all(part.isascii() or part == normalize("NFC", part) for part in (name, text)):
        assert not is_plain(document)


def test_what_is_not_json_is_left_to_the_full_walk() -> None:
    assert not is_plain({"name": "\ud800"})
    assert not is_plain({"name": {1, 2}})
