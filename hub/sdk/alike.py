"""Steps told to a partner that keeps no number of ours, known again among what it holds by their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence


def known_again(
    steps: Iterable[tuple[str, Mapping[str, Any]]],
    held: Iterable[Mapping[str, Any]],
    marks: Sequence[Callable[[Mapping[str, Any]], Hashable]],
) -> set[str]:
    """Return the keys of the steps (key, wire form) that stand among the rows held, each row for one step.

    marks: what makes two rows alike, strictest first: a row stays as it was told, also when the agency's name or the
    words of the step were corrected since. Of steps that are alike the first come first.
    """
    given, left, found = list(steps), list(held), set[str]()
    for mark in marks:
        there: dict[Hashable, list[Mapping[str, Any]]] = {}
        for row in left:
            there.setdefault(mark(row), []).append(row)
        for key, row in given:
            if key not in found and there.get(mark(row)):
                there[mark(row)].pop()
                found.add(key)
        left = [row for rows in there.values() for row in rows]
    return found
