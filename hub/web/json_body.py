"""Strict JSON: what two readers could understand differently is refused.

orjson refuses NaN, lone surrogates, a byte order mark and anything that is not UTF-8, but takes the last of two equal
names. Equal names show in the number of quotation marks: the text then has more than the strings that came out of it.
Only when something is wrong is the text read again, slowly, to say where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.web import json_findings

if TYPE_CHECKING:
    from hub.domain.problem import Problem


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
    strings, levels = measure(value)
    if levels > depth:
        raise BadBody("too_deep", [json_findings.too_deep(value, depth)])
    if _quotation_marks(raw) != 2 * strings:
        raise BadBody("duplicate_name", json_findings.duplicates(raw))
    return value


def measure(value: Any) -> tuple[int, int]:
    """Return how many strings (names too) a value has and how many levels deep it is."""
    strings, levels = int(type(value) is str), 0
    level = [value] if type(value) in (dict, list) else []
    while level:
        levels += 1
        below = []
        for container in level:
            entries = container
            if type(container) is dict:
                strings += len(container)
                entries = container.values()
            for entry in entries:
                kind = type(entry)
                if kind is str:
                    strings += 1
                elif kind is dict or kind is list:
                    below.append(entry)
        level = below
    return strings, levels


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
