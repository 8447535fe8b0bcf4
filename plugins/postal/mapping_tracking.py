"""VNPost's tracking documents as events of a postal order: tables first, then pure functions.

Assumption (docs/assumptions.d/postal.md): the list of tracking codes on the national bus is not public; those of
MyVNPost are used, and a code that is in no table is kept as it came, with the status `unknown`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from hub.sdk import Unmappable, one_line
from plugins.postal.mapping import leg_of

if TYPE_CHECKING:
    from collections.abc import Mapping

VIETNAM = timezone(timedelta(hours=7))

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


def event(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Express a tracking document as an event; None when the parcel did not move. Raises Unmappable."""
    raw = document.get("StatusCode")
    code = _integer(raw)
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
        "code": one_line(code if isinstance(raw, dict) else raw)[:64] or "?",
        "message": one_line(document.get("StatusMessage"))[:2000],
        "post_office": one_line(document.get("POSID"))[:100],
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
