"""The short walk over places of times gives what the full walk gives."""

from __future__ import annotations

import copy
from typing import Any
from unicodedata import normalize

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plain import is_plain
from hub.domain.schemas import KINDS, examples
from hub.domain.time_places import places
from hub.domain.walk import Walk

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
    assert is_plain(document)
    if kind == "dossier":
        document["form"] = {"code": "other", "data": {"more": normalize("NFC", str(data.draw(FORMS)))}}
    before = orjson.dumps(document)
    short, full = Walk(), Walk()
    assert short.timed(document, places(kind), ()) == full.mapping(document, ())
    assert (sorted(short.seen), short.problems) == (sorted(full.seen), full.problems)
    assert orjson.dumps(document) == before


@pytest.mark.parametrize("beside", [0, 1, 70])
@pytest.mark.parametrize("levels", [1, *range(59, 67)])
def test_what_lies_too_deep_in_a_form_is_found_by_the_short_walk_too(levels: int, beside: int) -> None:
    data: Any = {}
    for level in range(levels - 1):
        data = {"a": data} if level % 2 else {"a": [data], "b": "["}
    document = {"form": {"code": "other", "data": {**data, "more": [{}] * beside}}}
    short, full = Walk(), Walk()
    assert short.timed(document, places("dossier"), ()) == full.mapping(document, ())
    assert short.problems == full.problems


def test_a_list_in_which_nothing_changes_is_the_same_list() -> None:
    kept, other = {"occurred_at": "2026-05-11T08:30:00+07:00"}, {"occurred_at": "2026-05-11T01:30:00Z"}
    document = {"events": [kept, kept]}
    assert Walk().timed(document, places("dossier"), ()) is document
    assert Walk().timed({"events": [kept, other]}, places("dossier"), ()) == {"events": [kept, kept]}


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        ({"a": "x\x00y"}, "/form/data/a", "text_has_control_characters"),
        ({"a": ["x\x00y"]}, "/form/data/a/0", "text_has_control_characters"),
        ({"a\x00": 1}, "/form/data/a\ufffd", "text_has_control_characters"),
        ({"so": 123456789012345678901234.0}, "/form/data/so", "too_many_digits"),
        ({"so": [-(2.0**63)]}, "/form/data/so/0", "too_many_digits"),
        ({"H\u1ecd": 1, "Ho\u0323": 2}, "/form/data", "duplicate_name"),
    ],
)
def test_what_a_form_cannot_be_kept_with_is_found_by_both_walks(data: Any, pointer: str, code: str) -> None:
    document = {"form": {"code": "other", "data": data}}
    assert not is_plain(document)
    walk = Walk()
    walk.mapping(document, ())
    assert [(each.pointer, each.code) for each in walk.problems] == [(pointer, code)]


def test_numbers_that_keep_their_digits_stay_as_they_are() -> None:
    data = {"a": 2**64 - 1, "b": -(2**63), "c": 0.1, "d": 2**53 + 1}
    document = {"form": {"code": "other", "data": data}}
    walk = Walk()
    assert walk.mapping(document, ()) == document
    assert walk.problems == []
