"""The ministry's decisions as events of the dossier. Pure; the tables come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Incoming, Unmappable, one_line
from plugins.civil_status.formats import instant, working_days_after

if TYPE_CHECKING:
    from collections.abc import Mapping

# trangThai -> status word. 5 is in no source: not mapped on purpose.
STATUSES: Mapping[str, str] = {
    "1": "processing",  # received
    "2": "supplement_requested",
    "3": "processing",  # eligible
    "4": "finished",  # registered
    "6": "refused",
}
WORDS: Mapping[str, str] = {
    "1": "Phần mềm hộ tịch đã tiếp nhận",
    "2": "Phần mềm hộ tịch yêu cầu bổ sung",
    "3": "Đủ điều kiện đăng ký hộ tịch",
    "4": "Đã đăng ký hộ tịch",
    "6": "Phần mềm hộ tịch từ chối",
}
# Of the result only the register's own numbers are kept: no personal id, no names, no certificate.
RESULT_NUMBERS: Mapping[str, str] = {"soDangKy": "số", "quyenSo": "quyển", "trangSo": "trang"}
OFFICER: Mapping[str, tuple[str, int]] = {
    "name": ("nguoiXuLy", 50),
    "title": ("chucDanh", 250),
    "department": ("phongBanXuLy", 250),
}
SUPPLEMENT_DAYS = 7  # working days, when the software names no limit
CONTENT_LENGTH = 2_000


def incoming(value: Mapping[str, Any], *, supplement_days: int = SUPPLEMENT_DAYS) -> Incoming:
    """Return the event a case's state is. Raises Unmappable."""
    code = str(value.get("trangThai", ""))
    if code not in STATUSES:
        raise Unmappable(f"trangThai {code!r} is in no table.")
    try:
        at = instant(value["thoiGianThucHien"])
        limit = instant(value["hanBoSungHoSo"]) if value.get("hanBoSungHoSo") else None
        key = str(value["maHoSoMCDT"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise Unmappable("thoiGianThucHien, hanBoSungHoSo or maHoSoMCDT is missing or unreadable.") from None
    event: dict[str, Any] = {
        "id": f"{code}-{at:%Y%m%d%H%M%S}",
        "occurred_at": at.isoformat(),
        "status": STATUSES[code],
        "content": _content(code, value),
    }
    told = {name: one_line(value.get(field))[:most].strip() for name, (field, most) in OFFICER.items()}
    officer = {name: words for name, words in told.items() if words}
    if "name" in officer:
        event["officer"] = officer
    if code == "2":
        event["due_at"] = (limit or working_days_after(at, supplement_days)).isoformat()
    return Incoming("dossier", {"events": [event]}, key=key)


def _content(code: str, value: Mapping[str, Any]) -> str:
    result = value.get("ketQuaXuLy")
    parts = [WORDS[code]]
    if isinstance(result, dict):
        parts += [f"{word} {one_line(result[field])}" for field, word in RESULT_NUMBERS.items() if result.get(field)]
    told = ", ".join(parts)
    words = one_line(value.get("noiDungXuLy")) or one_line(value.get("ghiChu"))
    return f"{told}. {words}"[:CONTENT_LENGTH] if words and code in {"2", "6"} else f"{told}."
