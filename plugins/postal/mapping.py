"""Postal orders as VNPost writes them, and what its replies mean: tables first, then pure functions.

Assumptions (docs/assumptions.d/postal.md): the order number of the pick-up leg, and every reply status but 100.
"""

from __future__ import annotations

import hashlib
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Unmappable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# One wire order per leg; the suffix tells the legs apart (assumption).
SUFFIXES: Mapping[str, str] = {"pickup": "-P", "return": ""}
DESCRIPTIONS: Mapping[str, str] = {
    "pickup": "Nhận hồ sơ tại nhà công dân chuyển về cơ quan",
    "return": "Chuyển trả kết quả thủ tục hành chính",
}

MANDATORY = (
    "CustomerCode",
    "OrderNumber",
    "SenderProvince",
    "SenderAddress",
    "SenderName",
    "SenderTel",
    "ReceiverName",
    "ReceiverAddress",
    "ReceiverTel",
    "ReceiverProvince",
)


# VNPost has no message that changes an order, so these stay as they were when it was made: papers may still be added to
# the dossier, and nobody need be told. Any other change is refused, to be mended by a person.
FROZEN = frozenset({"SenderDesc"})


class Verdict(StrEnum):
    """What a reply of VNPost comes to."""

    ACCEPTED = "accepted"
    HELD = "held"  # it has an order of this number already
    ABSENT = "absent"  # it has no order of this number
    CANCELLED = "cancelled"  # it had cancelled the order before
    REFUSED = "refused"
    TOO_LATE = "too_late"  # the parcel is on its way: no cancelling
    NOT_YET = "not_yet"
    CUSTOMER = "customer"  # the customer code is not known to it
    BUSY = "busy"
    ODD = "odd"  # a code no table knows: never success


# Status of a reply. Only 100 is documented; the others are an assumption.
REPLIES: Mapping[int, Verdict] = {
    100: Verdict.ACCEPTED,
    201: Verdict.REFUSED,  # a mandatory field is missing
    202: Verdict.REFUSED,  # a field has the wrong type
    203: Verdict.CUSTOMER,
    204: Verdict.HELD,
    205: Verdict.ABSENT,
    206: Verdict.TOO_LATE,
    207: Verdict.NOT_YET,
    208: Verdict.CANCELLED,
    500: Verdict.BUSY,
}
# Words that decide whatever the code: partners of this family tell doubles in plain Vietnamese.
REPLY_WORDS: Sequence[tuple[str, Verdict]] = (
    ("đã tồn tại", Verdict.HELD),
    ("không tìm thấy", Verdict.ABSENT),
    ("đã được hủy", Verdict.CANCELLED),
)


def order_number(number: str, leg: str) -> str:
    """Return VNPost's order number of one leg."""
    return number + SUFFIXES[leg]


def leg_of(order: str) -> tuple[str, str]:
    """Return the record's number and the leg an order number stands for."""
    for leg, suffix in SUFFIXES.items():
        if suffix and order.endswith(suffix):
            return order.removesuffix(suffix), leg
    return order, "return"


def verdict(status: Any, message: str) -> Verdict:
    """Read a reply: 100 and "100" are the same; what no table knows is ODD."""
    text = str(status).strip() if not isinstance(status, bool) else ""
    found = REPLIES.get(int(text), Verdict.ODD) if text.isascii() and text.isdigit() else Verdict.ODD
    if found is Verdict.ACCEPTED:
        return found
    plain = unicodedata.normalize("NFC", message).casefold()
    return next((meaning for words, meaning in REPLY_WORDS if words in plain), found)


def orders(document: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Express a postal order: per leg, the wire order and whether it is cancelled."""
    return {
        leg: {"order": _order(document, leg, settings), "cancelled": "cancelled_at" in document["legs"][leg]}
        for leg in SUFFIXES
        if leg in document["legs"]
    }


def _order(document: Mapping[str, Any], leg: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    content = document["legs"][leg]
    wire = {
        "CustomerCode": document.get("customer_code", settings["customer_code"]),
        "OrderNumber": order_number(document["number"], leg),
        "CODAmount": float(content.get("money_to_collect", 0)),
        **_party("Sender", content["sender"], settings),
        **_party("Receiver", content["receiver"], settings),
        "SenderDesc": _papers(content.get("items", [])),
        "Description": DESCRIPTIONS[leg],
    }
    if "flag_config" in settings:
        wire["FlagConfig"] = settings["flag_config"]
    return {name: value for name, value in wire.items() if value is not None}


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
