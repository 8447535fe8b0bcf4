"""The short walk over places of times gives what the full walk gives, and is taken only where it may be."""

from __future__ import annotations

import copy
from typing import Any
from unicodedata import normalize

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.schemas import KINDS, examples
from hub.domain.time_places import places
from hub.domain.walk import Walk, is_plain

TIMES = st.sampled_from(["2026-05-11T01:30:00Z", "2026-05-11T08:30:00+07:00", "2026-05-11T08:30:00.250+07:00"])
FORMS = st.recursive(
    st.text(max_size=5) | st.booleans() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def retimed(value: Any, times: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: retimed(entry, times, key) for key, entry in value.items()}
    if isinstance(value, list):
        return [retimed(entry, times) for entry in value]
    return next(times) if name.endswith("_at") or name.startswith("due_") else value


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_the_short_walk_is_the_full_walk(kind: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(examples(kind)) - {"decomposed-letters"})))
    document = retimed(copy.deepcopy(examples(kind)[name]), iter(lambda: data.draw(TIMES), None))
    if kind == "dossier":
        document["form"] = {"code": "other", "data": {"more": normalize("NFC", str(data.draw(FORMS)))}}
    before = orjson.dumps(document)
    assert is_plain(document)
    short, full = Walk(), Walk()
    assert short.timed(document, places(kind), ()) == full.mapping(document, ())
    assert (sorted(short.seen), short.problems) == (sorted(full.seen), full.problems)
    assert orjson.dumps(document) == before


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
