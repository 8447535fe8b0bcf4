"""VNPost's codes in visible tables; a line marked (assumed) has no source and is the one to correct."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# One wire order per leg; the suffix tells the legs apart (assumed).
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


# Status of a reply. Only 100 is documented; the others are (assumed).
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


def verdict(status: Any, message: str) -> Verdict:
    """Read a reply: 100 and "100" are the same; what no table knows is ODD."""
    text = str(status).strip() if not isinstance(status, bool) else ""
    found = REPLIES.get(int(text), Verdict.ODD) if text.isascii() and text.isdigit() else Verdict.ODD
    if found is Verdict.ACCEPTED:
        return found
    plain = unicodedata.normalize("NFC", message).casefold()
    return next((meaning for words, meaning in REPLY_WORDS if words in plain), found)
