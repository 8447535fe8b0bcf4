"""How what the portal holds is compared with what it must hold. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import known_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NOTHING = (None, "")


def _by(*names: str) -> Callable[[Mapping[str, Any]], tuple[str, ...]]:
    return lambda trace: tuple(str(trace.get(name, "")) for name in names)


STEP = ("DateCreated", "Status", "Comment", "UserName")
# By what a step is known again among the traces held, strictest first
ALIKE = (
    _by(*STEP, "UserPosition", "OrganizationInchargeIdLevel1", "OrganizationInchargeName"),
    _by(*STEP),
    _by("DateCreated", "Status"),
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

    Two steps that look the same on the wire need two traces there.
    """
    before = set(known)
    known_first = sorted(steps, key=lambda step: step[0] not in before)
    told = before | known_again(known_first, held, ALIKE)
    return [key for key, _ in steps if key in told]


def in_order(traces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return traces in an order that does not depend on how they came."""
    return sorted(traces, key=lambda trace: (trace["DateCreated"], digest(trace)))
