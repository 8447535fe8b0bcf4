"""What follows from a record for other records: a dossier's postal order, a tracking event's step in the dossier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.messages import HUB, Held, Message, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED = frozenset({"refused", "withdrawn", "stopped"})  # nothing is fetched or brought home after these
MOVING = frozenset({"collected", "in_transit", "delivering", "delivered"})  # the post has the item
TOO_LATE = " (không hủy được nữa, bưu gửi vẫn đến nơi nhận)"


def may_need_post(body: Mapping[str, Any]) -> bool:
    """Tell whether a dossier with these fields may call for a postal order, now or when it is finished."""
    return "pickup" in body or "return_to" in body


def calls_for_post(document: Mapping[str, Any]) -> bool:
    """Tell whether a dossier calls for a postal order now."""
    return "pickup" in document or _finished_at(document) is not None


def order_of(dossier: Held, order: Held | None = None) -> Message | None:
    """Return the postal order that a dossier calls for: papers to be fetched, or a finished result to be brought home.

    The order's number is the dossier's code. None: the dossier does not need the post (yet). `order`: as it was; a leg
    that the dossier calls for no more stays in it, cancelled.
    """
    document = dossier.document
    legs: dict[str, Any] = {}
    if "pickup" in document:
        legs["pickup"] = _pickup(document)
    finished_at = _finished_at(document)
    if finished_at is not None:
        legs["return"] = _return(document, finished_at)
    if document.get("status") in ENDED and "status_at" in document:
        legs = {name: {**leg, "cancelled_at": document["status_at"]} for name, leg in legs.items()}
    legs |= {name: _given_up(leg, document) for name, leg in _made(order).items() if name not in legs}
    if not legs:
        return None
    times = [document.get("modified_at", ""), *(leg["requested_at"] for leg in legs.values())]
    body = {"number": dossier.key, "dossier": dossier.key, "legs": legs, "modified_at": max(times)}
    return Message("postal_order", dossier.key, HUB, body)


def _finished_at(document: Mapping[str, Any]) -> str | None:
    """Return since when there is a result to be brought home, or None."""
    if document.get("return_method") != "post" or "return_to" not in document:
        return None
    return next((event["occurred_at"] for event in document.get("events", ()) if event["status"] == "finished"), None)


def _made(order: Held | None) -> Mapping[str, Any]:
    """Return the legs that the hub made of an order before; those a client made are the client's."""
    claims = order.claims if order else ()
    return next((claim.body["legs"] for claim in claims if claim.role == Role.HUB), {})


def _given_up(leg: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    return {"cancelled_at": max(document.get("modified_at", ""), leg["requested_at"]), **leg}


def _pickup(document: Mapping[str, Any]) -> dict[str, Any]:
    wish = document["pickup"]
    leg = {
        "sender": wish["contact"],
        "receiver": _office(document),
        "items": [{"name": paper["name"]} for paper in document.get("papers", ())],
        "requested_at": wish["requested_at"],
    }
    return {name: value for name, value in leg.items() if value}


def _return(document: Mapping[str, Any], finished_at: str) -> dict[str, Any]:
    home = document["return_to"]
    leg = {
        "sender": _office(document),
        "receiver": home["contact"],
        "items": [{"name": result["name"]} for result in document.get("results", ())],
        "requested_at": finished_at,
        "money_to_collect": home.get("money_to_collect"),
    }
    return {name: value for name, value in leg.items() if value}


def _office(document: Mapping[str, Any]) -> dict[str, Any]:
    """The counter, by its agency: the channel's settings know its address and telephone."""
    agency = document["agencies"]["received"]
    return {"name": agency["name"], "agency": agency["id"]}


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
