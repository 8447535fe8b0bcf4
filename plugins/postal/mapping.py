"""Postal orders as VNPost writes them, and VNPost's tracking as events: tables first, then pure functions.

Assumptions (docs/assumptions.d/postal.md): the order number of the pick-up leg, every reply status but 100, and the
meaning of tracking codes, whose list for NGSP is not public; those of MyVNPost are used.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Unmappable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VIETNAM = timezone(timedelta(hours=7))

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

# StatusCode of tracking (assumption: the numbers of MyVNPost; 100 as in the replies).
TRACKING: Mapping[int, str] = {
    1: "ordered",
    2: "collecting",  # the collector has been told
    3: "ordered",  # waiting
    4: "collecting",
    5: "failed",  # an attempt to collect
    6: "collected",
    7: "in_transit",  # at the post office
    8: "failed",  # collecting
    9: "cancelled",  # collecting
    10: "in_transit",
    11: "in_transit",  # at the office that delivers
    12: "delivering",
    13: "in_transit",  # forwarded
    14: "delivered",
    15: "failed",  # an attempt to deliver
    16: "returning",  # waits for it
    17: "returning",  # approved
    18: "returning",  # begun
    19: "returned",
    20: "returned",  # in part
    21: "delivered",  # the money collected was paid out: the parcel had been delivered
    22: "cancelled",  # delivering
    23: "delivered",  # in part
    24: "returning",
    100: "ordered",
}
UNKNOWN_ON_PURPOSE = frozenset({0, 170})  # a draft; another final state of an older interface
NOT_MOVEMENT = frozenset({28, 29})  # fees were settled: the parcel did not move, so no event

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
S10_EXCEPTIONS: Mapping[int, int] = {10: 0, 11: 5}


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
    """Return a short digest of a wire order, to see whether it changed after it was sent."""
    return hashlib.sha256(orjson.dumps(dict(wire), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def holds(held: Mapping[str, Any], wire: Mapping[str, Any]) -> bool:
    """Tell whether an order looked up is the one we would send; fields the look-up leaves out are not judged."""
    return all(held[name] == value for name, value in wire.items() if name in held)


def event(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Express a tracking document as an event; None when the parcel did not move. Raises Unmappable."""
    code = _integer(document.get("StatusCode"))
    if code in NOT_MOVEMENT:
        return None
    occurred = _integer(document.get("EventTime"))
    if occurred is None:
        raise Unmappable("The tracking document has no EventTime.")
    item_code = str(document.get("ItemCode") or "").strip().upper()
    found = {
        "id": document_id(document),
        "leg": leg_of(str(document["OrderNumber"]).strip())[1],
        "occurred_at": _time(occurred),
        "status": "unknown" if code is None else TRACKING.get(code, "unknown"),
        "code": str(document.get("StatusCode", "")).strip() or "?",
        "message": " ".join(str(document.get("StatusMessage") or "").split()),
        "post_office": str(document.get("POSID") or "").strip(),
        "item_code": item_code if is_item_code(item_code) else "",  # a wrong one is kept in the raw item only
    }
    return {name: value for name, value in found.items() if value}


def document_id(document: Mapping[str, Any]) -> str | None:
    """Return the document's id, written {"$oid": …} or plainly."""
    given = document.get("_id")
    text = given.get("$oid") if isinstance(given, dict) else given
    return text if isinstance(text, str) and text else None


def _integer(value: Any) -> int | None:
    if isinstance(value, dict):  # extended JSON of Mongo
        value = next((value[name] for name in ("$numberLong", "$numberInt", "$date") if name in value), None)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _time(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds // 1000, VIETNAM) + timedelta(milliseconds=milliseconds % 1000)
    except (OverflowError, ValueError, OSError):
        raise Unmappable("The EventTime of the tracking document is no time.") from None
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds")


def check_digit(serial: str) -> int:
    """Return the check digit of eight digits by the UPU standard S10."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, S10_WEIGHTS, strict=True)) % 11
    return S10_EXCEPTIONS.get(rest, rest)


def is_item_code(text: str) -> bool:
    """Tell whether it is an S10 item code with the right check digit."""
    return (
        len(text) == 13
        and text.isascii()
        and text[:2].isalpha()
        and text[2:11].isdigit()
        and text[11:].isalpha()
        and check_digit(text[2:10]) == int(text[10])
    )
