"""Strict JSON: what two readers could understand differently is refused.

orjson refuses NaN, lone surrogates, a byte order mark and anything that is not UTF-8, but takes the last of two equal
names. A text that is the value as it is written again names everything once; else equal names show in the number of
quotation marks: the text then has more. Only when something is wrong is the text read again, slowly, to say where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.web import json_findings

if TYPE_CHECKING:
    from hub.domain.problem import Problem


DEEPEST = 200  # levels, whatever is set: beyond 254 nothing can be written again
_ALL_ELSE = bytes(set(range(256)) - set(b'"\\[]{}'))
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")


class BadBody(Exception):
    """A body that is not acceptable JSON: `code` names the row of the error table, `problems` say where."""

    def __init__(self, code: str, problems: list[Problem] | None = None, *, position: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.problems = problems or []
        self.position = position


def parse(raw: bytes, *, depth: int) -> Any:
    """Return the value. Raises BadBody."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise _unreadable(raw, problem) from None
    if _is_deeper(raw, value, min(depth, DEEPEST)):
        raise BadBody("too_deep", [json_findings.too_deep(value, depth)])
    written = orjson.dumps(value)
    if written != raw.strip() and _quotation_marks(raw) != _quotation_marks(written):
        raise BadBody("duplicate_name", json_findings.duplicates(raw))
    return value


def _is_deeper(raw: bytes, value: Any, depth: int) -> bool:
    """Tell it from the brackets alone: the innermost pairs are taken away level by level."""
    brackets = raw.translate(_AS_SQUARE, _ALL_ELSE).replace(b'""', b"")
    if b'"' in brackets or b"\\" in brackets:  # a string holds brackets or escapes
        return levels(value) > depth
    while brackets and depth > 0:
        brackets, depth = brackets.replace(b"[]", b""), depth - 1
    return bool(brackets)


def levels(value: Any) -> int:
    """Count how many levels deep a value is."""
    count, level = 0, [value] if type(value) in (dict, list) else []
    while level:
        count += 1
        level = [
            entry
            for container in level
            for entry in (container.values() if type(container) is dict else container)
            if type(entry) is dict or type(entry) is list
        ]
    return count


def _quotation_marks(raw: bytes) -> int:
    """Count those that begin or end a string: without pairs of backslashes, an escaped one has a backslash before."""
    marks = raw.count(b'"')
    if b"\\" in raw:
        marks -= raw.replace(b"\\\\", b"").count(b'\\"')
    return marks


def _unreadable(raw: bytes, problem: orjson.JSONDecodeError) -> BadBody:
    if "surrogate in" in problem.msg:  # an escaped one; raw ones are not UTF-8
        return BadBody("lone_surrogate", position=problem.pos)
    if problem.msg.startswith("depth limit"):
        return BadBody("too_deep")
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return BadBody("not_utf8", position=wrong.start)
    return BadBody("not_json", position=problem.pos)
