"""Where a JSON text is wrong: reads again, slowly, what the strict reader refused."""

from __future__ import annotations

import json
from typing import Any

from hub.domain.problem import Problem, pointer


def duplicates(raw: bytes) -> list[Problem]:
    """Read again with an eye on names; the pointer names the place, as far as it could be kept."""
    found: list[Problem] = []

    def pairs(given: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in given]
        twice = {name for name in names if names.count(name) > 1}
        marked = {name: value for name, value in given if name not in twice}
        return {**marked, **{name: _Twice() for name in twice}}

    _collect(json.loads(raw, object_pairs_hook=pairs), (), found)
    return found


class _Twice:
    """Stands where a name occurs twice."""


def _collect(value: Any, path: tuple[str | int, ...], found: list[Problem]) -> None:
    if isinstance(value, _Twice):
        found.append(_duplicate(path))
    elif isinstance(value, dict):
        for name, entry in value.items():
            _collect(entry, (*path, name), found)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            _collect(entry, (*path, index), found)


def _duplicate(path: tuple[str | int, ...]) -> Problem:
    return Problem(
        pointer(path),
        "names",
        "duplicate_name",
        "Thuộc tính này có hai lần trong cùng một đối tượng.",
        "This property stands twice in the same object.",
    )


def too_deep(value: Any, depth: int) -> Problem:
    path: list[str | int] = []
    trail: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while trail:
        entry, place = trail.pop()
        if len(place) >= depth and isinstance(entry, (dict, list)):
            path = list(place)
            break
        inner = entry.items() if isinstance(entry, dict) else enumerate(entry) if isinstance(entry, list) else ()
        trail.extend((each, (*place, name)) for name, each in inner)
    return Problem(
        pointer(path),
        "depth",
        "too_deep",
        f"Lồng nhau quá sâu; nhiều nhất {depth} tầng.",
        f"Nested too deeply; at most {depth} levels.",
    )
