"""What follows from a dossier for the post: the order that it calls for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.messages import HUB, Held, Message, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED = frozenset({"refused", "withdrawn", "stopped"})  # nothing is fetched or brought home after these


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
