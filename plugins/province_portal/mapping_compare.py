"""How what the portal holds is compared with what it must hold. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NOTHING = (None, "")
# By what a step is known again among the traces held, strictest first
ALIKE = (
    (
        "DateCreated",
        "Status",
        "Comment",
        "UserName",
        "UserPosition",
        "OrganizationInchargeIdLevel1",
        "OrganizationInchargeName",
    ),
    ("DateCreated", "Status", "Comment", "UserName"),
    ("DateCreated", "Status"),
)


def digest(wire: Any) -> str:
    """Return a short digest of a wire form."""
    return hashlib.sha256(orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def holds(held: Mapping[str, Any], wire: Mapping[str, Any], *, may_lack: Iterable[str] = ()) -> bool:
    """Tell whether all we would send is held; what the portal adds is not judged.

    may_lack: fields of ours that are left out when empty. One that is held though we would not send it was taken out
    here and still stands there.
    """
    stale = any(held.get(name) not in NOTHING for name in may_lack if name not in wire)
    return not stale and all(name in held and held[name] == value for name, value in wire.items())


def found_keys(
    steps: Sequence[tuple[str, Mapping[str, Any]]], held: Iterable[Mapping[str, Any]], known: Iterable[str]
) -> list[str]:
    """Return the keys of the steps the portal holds: those known before, and those found there by content.

    Two steps that look the same on the wire need two traces there. A trace stays as it was told, also when the agency
    or the words of the step were corrected since; what is wholly the same is found first.
    """
    before, found = set(known), set[str]()
    known_first = sorted(steps, key=lambda step: step[0] not in before)
    left = list(held)
    for names in ALIKE:
        there: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for trace in left:
            there.setdefault(_values(trace, names), []).append(trace)
        for key, trace in known_first:
            if key not in found and there.get(_values(trace, names)):
                there[_values(trace, names)].pop()
                found.add(key)
        left = [trace for traces in there.values() for trace in traces]
    return [key for key, _ in steps if key in before or key in found]


def _values(trace: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(str(trace.get(name, "")) for name in names)


def in_order(traces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return traces in an order that does not depend on how they came."""
    return sorted(traces, key=lambda trace: (trace["DateCreated"], digest(trace)))
