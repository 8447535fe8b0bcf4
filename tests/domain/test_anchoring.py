"""The validator that answers yes or no takes and refuses what the schema as written takes and refuses."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.anchoring import ANCHORED, plainly_anchored
from hub.domain.bundling import FILES, KINDS, bundle, examples
from hub.domain.schemas import _quick, _validator

ENDS = st.sampled_from(["\n", "\r", "\r\n", "\n\n", "\u2028", "\u0085", "\x00", "\x7f", "\u00a0"])


def patterns(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {value for key, value in node.items() if key == "pattern" and isinstance(value, str)}
        return own.union(*(patterns(value) for value in node.values()))
    return set().union(*map(patterns, node)) if isinstance(node, list) else set()


EVERY = sorted({pattern for name in FILES for pattern in patterns(bundle(name))})


def texts(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [place for name, entry in value.items() for place in texts(entry, (*at, name))]
    if isinstance(value, list):
        return [place for index, entry in enumerate(value) for place in texts(entry, (*at, index))]
    return [at] if isinstance(value, str) else []


def replaced(value: Any, at: tuple[str | int, ...], text: str) -> Any:
    inner = value
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = text
    return value


@pytest.mark.parametrize("name", FILES)
def test_nothing_but_the_ends_of_patterns_changes(name: str) -> None:
    schema = bundle(name)
    plain = plainly_anchored(schema)

    assert patterns(plain) == {pattern.removesuffix(r"(?!\n)") for pattern in patterns(schema)}
    assert not any(r"(?" in pattern.replace("(?:", "") for pattern in patterns(plain)), "left to the slow engine"
    assert len(str(plain)) < len(str(schema))


def test_a_property_may_be_named_pattern() -> None:
    assert plainly_anchored({"properties": {"pattern": {"pattern": f"^a{ANCHORED}"}}, "pattern": "^b$"}) == {
        "properties": {"pattern": {"pattern": "^a$"}},
        "pattern": "^b$",
    }


@pytest.mark.parametrize("pattern", EVERY)
@given(st.data())
def test_each_pattern_means_the_same(pattern: str, data: st.DataObject) -> None:
    written, plain = {"pattern": pattern}, plainly_anchored({"pattern": pattern})
    fitting = st.from_regex(pattern.replace("$(?!\\n)", r"\Z"))
    text = data.draw(fitting | st.text(max_size=8)) + data.draw(st.just("") | ENDS)

    assert jsonschema_rs.is_valid(plain, text) == jsonschema_rs.is_valid(written, text)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_document_is_taken_by_both_or_by_none(kind: str, data: st.DataObject) -> None:
    document = copy.deepcopy(examples(kind)[data.draw(st.sampled_from(sorted(examples(kind))))])
    place = data.draw(st.sampled_from(texts(document)))
    document = replaced(document, place, data.draw(st.text(max_size=12)) + data.draw(st.just("") | ENDS))

    assert _quick(kind).is_valid(document) == _validator(kind).is_valid(document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\x00"])
def test_a_line_break_at_the_end_is_refused_wherever_it_stands_in_one_line(kind: str, end: str) -> None:
    for name, example in examples(kind).items():
        for place in texts(example):
            value: Any = example
            for step in place:
                value = value[step]
            broken = replaced(copy.deepcopy(example), place, value + end)
            assert _quick(kind).is_valid(broken) == _validator(kind).is_valid(broken), (name, place)
