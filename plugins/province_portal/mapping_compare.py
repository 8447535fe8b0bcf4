"""How what the portal holds is compared with what it must hold. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def digest(wire: Any) -> str:
    """Return a short digest of a wire form."""
    return hashlib.sha256(orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def holds(held: Mapping[str, Any], wire: Mapping[str, Any]) -> bool:
    """Tell whether all we would send is held; what the portal adds is not judged."""
    return all(name in held and held[name] == value for name, value in wire.items())


def found_keys(
    steps: Sequence[tuple[str, Mapping[str, Any]]], held: Iterable[Mapping[str, Any]], known: Iterable[str]
) -> list[str]:
    """Return the keys of the steps the portal holds: those known before, and those found there by content.

    Two steps that look the same on the wire need two traces there.
    """
    counts = Counter(digest(trace) for trace in held)
    before = set(known)
    for key, trace in steps:
        if key in before:
            counts[digest(trace)] -= 1
    keys = []
    for key, trace in steps:
        mark = digest(trace)
        if key in before:
            keys.append(key)
        elif counts[mark] > 0:
            counts[mark] -= 1
            keys.append(key)
    return keys


def in_order(traces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return traces in an order that does not depend on how they came."""
    return sorted(traces, key=lambda trace: (trace["DateCreated"], digest(trace)))
