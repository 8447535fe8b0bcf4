"""Progress events: a grow-only set, and what follows from it (design: merge)."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson

from hub.domain.messages import HUB
from hub.domain.status import Status, allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.domain.messages import Source

Event = dict[str, Any]

POSTAL_ORDER = (
    "ordered", "collecting", "collected", "in_transit", "delivering", "failed", "returning", "unknown",
    "cancelled", "returned", "delivered",
)  # fmt: skip
RANKS: dict[str, dict[str, int]] = {
    "dossier": {status.value: status.national for status in Status},
    "postal_order": {word: rank for rank, word in enumerate(POSTAL_ORDER)},
}


def stamped(event: Mapping[str, Any], source: Source) -> Event:
    """Return the event with its source and key: "source/id" where it has an id, else a hash of its content."""
    said = dict(event)
    said.pop("source", None)
    said.pop("key", None)
    if "id" in said:
        key = f"{source.name}/{said['id']}"
    else:
        key = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
    said["source"], said["key"] = source.name, key
    return said


def union(kind: str, held: Iterable[Event], told: Iterable[Event]) -> list[Event]:
    """Join two sets of events; the order of the list follows from the events alone.

    Of one event told twice the greater content stays; what the hub itself derives follows what it derives from.
    """
    events = {event["key"]: event for event in held}
    for event in told:
        twin = events.get(event["key"])
        events[event["key"]] = event if twin is None or event["source"] == HUB.name else max(twin, event, key=_content)
    return sorted(events.values(), key=lambda event: order(kind, event))


def order(kind: str, event: Event) -> tuple[str, int, str]:
    """By time of occurrence, ties broken the same way everywhere. Times are normalised, so text compares."""
    return event["occurred_at"], RANKS[kind].get(event["status"], 0), event["key"]


def status_of(kind: str, events: list[Event], body: Mapping[str, Any]) -> dict[str, str]:
    """Return `status` and `status_at`: those of the latest event that is not a mere note."""
    latest = next((event for event in reversed(events) if not event.get("note")), None)
    if latest:
        return {"status": latest["status"], "status_at": latest["occurred_at"]}
    if kind == "postal_order":
        return {"status": "ordered"}
    if "received_at" in body:
        return {"status": Status.ACCEPTED.value, "status_at": body["received_at"]}
    return {"status": Status.REGISTERED.value}


def has_impossible_transition(events: list[Event]) -> bool:
    """Tell whether the dossier's events, in their order, take a step that no procedure has."""
    words = [event["status"] for event in events if not event.get("note")]
    return any(not allowed(earlier, later) for earlier, later in pairwise(words))


def _content(event: Event) -> bytes:
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
