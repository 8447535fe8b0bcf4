"""What follows from a postal order for its dossier: a step for each tracking event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.messages import HUB, Held, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

MOVING = frozenset({"collected", "in_transit", "delivering", "delivered"})  # the post has the item
TOO_LATE = " (không hủy được nữa, bưu gửi vẫn đến nơi nhận)"


def steps_of(order: Held, dossier: Held) -> Message | None:
    """Return the dossier's steps that an order's new tracking events make.

    A result handed over is `returned`; all else is a note in the status then in force, and moves nothing. That an item
    moves though its leg was cancelled is said: papers come to an office that no longer waits for them.
    """
    new = frozenset(order.new_events)
    legs = order.document.get("legs", {})
    steps = [
        _step(event, dossier, cancelled_at=legs.get(event["leg"], {}).get("cancelled_at"))
        for event in order.document.get("events", ())
        if event["key"] in new
    ]
    return Message("dossier", str(order.document["dossier"]), HUB, None, steps) if steps else None


def _step(event: Mapping[str, Any], dossier: Held, *, cancelled_at: str | None) -> dict[str, Any]:
    handed_over = event["leg"] == "return" and event["status"] == "delivered"
    too_late = event["status"] in MOVING and cancelled_at is not None and cancelled_at <= event["occurred_at"]
    step = {
        "id": event["key"],
        "occurred_at": event["occurred_at"],
        "status": "returned" if handed_over else _in_force(dossier, event),
        "content": f"Bưu chính: {event.get('message') or event['status']}{TOO_LATE if too_late else ''}",
    }
    return step if handed_over else {**step, "note": True}


def _in_force(dossier: Held, event: Mapping[str, Any]) -> str:
    if event["leg"] == "return":
        return "finished"
    earlier = [one for one in dossier.document.get("events", ()) if one["occurred_at"] <= event["occurred_at"]]
    received = dossier.document.get("received_at")
    begun = "accepted" if received is not None and received <= event["occurred_at"] else "registered"
    return str(next((one["status"] for one in reversed(earlier) if not one.get("note")), begun))
