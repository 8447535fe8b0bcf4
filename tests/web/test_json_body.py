"""The strict reader agrees with the standard library on everything but what it refuses."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.json_body import BadBody, levels, parse

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(['"', "\\", '\\"', '\\\\"', "\n", "{", "}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_what_was_written_is_read_back_however_it_was_escaped(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    assert parse(raw, depth=64) == value


@given(st.dictionaries(names, values, min_size=1, max_size=4), values, st.booleans())
def test_a_name_that_stands_twice_is_always_found(value, other, ascii_only):
    name = next(iter(value))
    pairs = [*value.items(), (name, other)]
    text = ",".join(
        f"{json.dumps(key, ensure_ascii=ascii_only)}:{json.dumps(each, ensure_ascii=ascii_only)}" for key, each in pairs
    )
    raw = f'{{"outer":[{{{text}}}]}}'.encode()

    with pytest.raises(BadBody) as caught:
        parse(raw, depth=64)
    assert caught.value.code == "duplicate_name"
    assert caught.value.problems[0].pointer.startswith("/outer/0/")


@given(st.dictionaries(names, values, min_size=1, max_size=4), values)
def test_a_name_that_stands_twice_is_found_in_the_shortest_way_of_writing_too(value, other):
    pairs = [*value.items(), (next(iter(value)), other)]
    raw = b"{%s}" % b",".join(orjson.dumps(name) + b":" + orjson.dumps(each) for name, each in pairs)

    with pytest.raises(BadBody, match="duplicate_name"):
        parse(raw, depth=64)


@given(values)
def test_what_is_written_as_the_hub_would_write_it_is_read_back(value):
    assert parse(orjson.dumps(value), depth=64) == value


def test_equal_names_that_are_written_differently_are_equal():
    with pytest.raises(BadBody, match="duplicate_name"):
        parse(b'{"a": 1, "\\u0061": 2}', depth=8)


def test_depth_is_counted_in_levels():
    assert levels({"a": [{"b": []}]}) == 4
    assert parse(b'{"a":[1]}', depth=2) == {"a": [1]}
    with pytest.raises(BadBody) as caught:
        parse(b'{"a":[{}]}', depth=2)
    assert (caught.value.code, caught.value.problems[0].pointer) == ("too_deep", "/a/0")


@given(values, st.integers(0, 6), st.booleans())
def test_too_deep_is_refused_exactly_when_the_value_is(value, depth, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()

    if levels(value) > depth:
        with pytest.raises(BadBody, match="too_deep"):
            parse(raw, depth=depth)
    else:
        assert parse(raw, depth=depth) == value


def test_braces_inside_text_hide_no_depth():
    raw = orjson.dumps({"a": "}]" * 50, "b": [[["[[{{"]]]})

    with pytest.raises(BadBody, match="too_deep"):
        parse(raw, depth=3)
