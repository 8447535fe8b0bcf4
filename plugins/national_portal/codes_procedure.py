"""The portal's codes in procedure records; a line marked (assumed) has no source: correct it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCEDURE_KINDS: Mapping[str, str] = {  # LOAITTHC as the portal shows it
    "law_detailed": "TTHC được giao luật quy định chi tiết",
    "not_law_assigned": "TTHC không được luật giao cho địa phương quy định",
    "other": "Loại khác",
    "internal": "",  # 5.x and 6.x have none
}
PROCEDURE_STATES: Mapping[str, str] = {
    "active": "1",
    "suspended": "0",  # (assumed)
    "abolished": "2",  # (assumed)
}
LEVELS: Mapping[str, str] = {"ministry": "0", "province": "1", "district": "2", "commune": "3"}
SERVICE_LEVELS: Mapping[str, str] = {"full": "4", "partial": "3", "information": "2"}
TIME_UNITS: Mapping[str, str] = {"working_day": "Ngày làm việc", "day": "Ngày", "hour": "Giờ", "month": "Tháng"}
CURRENCY = "Việt Nam Đồng"
DECISION_KINDS: Mapping[str, str] = {"new": "1", "amended": "2", "replaced": "3", "abolished": "4"}  # (assumed)
PROCEDURE_FEES: Mapping[str, str] = {"fee": "1", "charge": "2"}  # phí, lệ phí as the payment platform numbers them


def inverse(table: Mapping[str, str]) -> dict[str, str]:
    """Return code → word; where two words share a code the first stands."""
    words: dict[str, str] = {}
    for word, code in table.items():
        words.setdefault(code, word)
    return words
