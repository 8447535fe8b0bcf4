"""Postal orders as VNPost writes them, and what is compared of them. Pure; the tables stand in codes.py."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Unmappable
from plugins.postal.codes import DESCRIPTIONS, FROZEN, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/@+-]{0,65}")  # of an order of the hub, and the suffix of a leg


def order_number(number: str, leg: str) -> str:
    """Return VNPost's order number of one leg."""
    return number + SUFFIXES[leg]


def leg_of(order: str) -> tuple[str, str]:
    """Return the record's number and the leg an order number stands for."""
    for leg, suffix in SUFFIXES.items():
        if suffix and order.endswith(suffix):
            return order.removesuffix(suffix), leg
    return order, "return"


def orders(document: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Express a postal order: per leg, the wire order, whether it is cancelled, and whether its item was delivered."""
    delivered = {event["leg"] for event in document.get("events", ()) if event["status"] == "delivered"}
    return {
        leg: {
            "order": _order(document, leg, settings),
            "cancelled": "cancelled_at" in document["legs"][leg],
            "delivered": leg in delivered,
        }
        for leg in SUFFIXES
        if leg in document["legs"]
    }


def _order(document: Mapping[str, Any], leg: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    content = document["legs"][leg]
    number = order_number(document["number"], leg)
    if leg_of(number) != (document["number"], leg):
        raise Unmappable("The number of the order ends as that of a pick-up leg does: its tracking would be another's.")
    wire = {
        "CustomerCode": _customer(document, settings),
        "OrderNumber": number,
        "CODAmount": float(content.get("money_to_collect", 0)),
        **_party("Sender", content["sender"], settings),
        **_party("Receiver", content["receiver"], settings),
        "SenderDesc": _papers(content.get("items", [])),
        "Description": DESCRIPTIONS[leg],
    }
    if "flag_config" in settings:
        wire["FlagConfig"] = settings["flag_config"]
    return {name: value for name, value in wire.items() if value is not None}


def _customer(document: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """An order of a customer whose tracking is left out would never come to an end: refused here instead."""
    code = str(document.get("customer_code", settings["customer_code"]))
    if code not in customers(settings):
        raise Unmappable("The order's customer code is not among customer_codes of the channel.")
    return code


def customers(settings: Mapping[str, Any]) -> set[str]:
    """Return the customer codes the channel speaks for."""
    return {settings["customer_code"], *settings.get("customer_codes", ())}


def _party(role: str, contact: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    if "address" not in contact:
        return _office(role, contact, settings)
    address = contact["address"]
    district = address.get("district", {}).get("code")
    return {
        f"{role}Province": _province(address["province"]["code"], settings),
        f"{role}District": None if district is None else int(district),
        f"{role}Address": one_line(address),
        f"{role}Name": contact["name"],
        f"{role}Email": contact.get("email"),
        f"{role}Tel": contact["phone"],
    }


def _office(role: str, contact: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A counter is named by its agency only; its address and telephone stand in the settings."""
    agency = contact.get("agency", "")
    office = settings.get("offices", {}).get(agency, settings.get("default_office"))
    if office is None:
        raise Unmappable(f"The settings of the channel name no office for the agency {agency}.")
    return {
        f"{role}Province": office["province"],
        f"{role}District": office.get("district"),
        f"{role}Address": office["address"],
        f"{role}Name": office.get("name", contact["name"]),
        f"{role}Email": office.get("email"),
        f"{role}Tel": office["phone"],
    }


def _province(code: str, settings: Mapping[str, Any]) -> int:
    number = settings.get("province_codes", {}).get(code)
    if number is None and not code.isdigit():
        raise Unmappable("The province code of the address is not a number.")
    return int(code) if number is None else int(number)


def one_line(address: Mapping[str, Any]) -> str:
    """Return the address as it is written on a parcel."""
    units = [address.get(unit, {}).get("name") for unit in ("commune", "district", "province")]
    return ", ".join(part for part in (address.get("detail"), *units, address.get("country")) if part)


def _papers(items: Sequence[Mapping[str, Any]]) -> str | None:
    lines = [f"{position}. {item['name']} x{item.get('quantity', 1)}" for position, item in enumerate(items, start=1)]
    return "; ".join(lines) or None


def digest(wire: Mapping[str, Any]) -> str:
    """Return a short digest of a wire order, to see whether it changed since; FROZEN fields do not count."""
    lasting = {name: value for name, value in wire.items() if name not in FROZEN}
    return hashlib.sha256(orjson.dumps(lasting, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def frozen(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays as it was when the order was made."""
    return {name: value for name, value in wire.items() if name in FROZEN}


def holds(held: Mapping[str, Any], wire: Mapping[str, Any]) -> bool:
    """Tell whether an order looked up is the one we would send; fields the look-up leaves out are not judged."""
    return all(held[name] == value for name, value in wire.items() if name in held and name not in FROZEN)
