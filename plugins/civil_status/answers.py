"""The software's answers as outcomes: some in codes, some in plain Vietnamese that only a substring can judge. Pure."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from hub.sdk import OutcomeWord, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    Meaning = tuple[OutcomeWord, Reason | None]

DONE: Meaning = (OutcomeWord.DELIVERED, None)
LATER: Meaning = (OutcomeWord.DEFERRED, Reason.ORDER)
NOT_KNOWN: Meaning = (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE)

TAKEN = "1"  # status
NOT_TAKEN = "0"

# Read from top to bottom, the first that is found counts. What is found nowhere is never success.
TEXTS: Mapping[str, Meaning] = {
    "không thành công": NOT_KNOWN,  # holds the words of success
    "chưa thành công": NOT_KNOWN,
    "đã tồn tại": DONE,  # it came before
    "bị từ chối. không thể cập nhật trạng thái": DONE,  # the case is closed there; nothing more to tell
    "chưa cập nhật trạng thái": LATER,
    "chưa được gửi": LATER,
    "logic xử lý không hợp lệ": (OutcomeWord.REJECTED, Reason.ORDER),
    "hệ thống bận": (OutcomeWord.DEFERRED, Reason.BUSY),
    "thiếu thông tin bắt buộc": (OutcomeWord.REJECTED, Reason.DATA),
    "thành công": DONE,
}
ALREADY = "đã tồn tại"
CLOSED = "bị từ chối. không thể cập nhật trạng thái"


def spoken(answer: str) -> Meaning:
    """Judge an answer in plain text."""
    words = _plain(answer)
    return next((meaning for part, meaning in TEXTS.items() if part in words), NOT_KNOWN)


def taken(answer: Any) -> tuple[OutcomeWord, Reason | None, str | None]:
    """Judge {status, statusDescription, errorCode, errorDescription}; the third is the code to keep."""
    if not isinstance(answer, dict):
        return *NOT_KNOWN, None
    status, code = str(answer.get("status", "")), str(answer.get("errorCode") or "") or None
    words = f"{answer.get('statusDescription') or ''} {answer.get('errorDescription') or ''}"
    meaning = spoken(words)
    if status == TAKEN:
        contradicted = meaning[0] in {OutcomeWord.REJECTED, OutcomeWord.DEFERRED} or _denied(words)
        return *(NOT_KNOWN if contradicted else DONE), code
    if status != NOT_TAKEN:
        return *NOT_KNOWN, status or None
    if meaning is DONE and not is_double(words) and not is_closed(words):
        return *NOT_KNOWN, code or status  # "failed" and "success" in one breath
    if meaning is NOT_KNOWN and code:
        return OutcomeWord.REJECTED, Reason.DATA, code
    return *meaning, code or status


def is_double(words: str) -> bool:
    """Tell whether the software had it already."""
    return ALREADY in _plain(words)


def is_closed(words: str) -> bool:
    """Tell whether the software took nothing because the case is closed there."""
    return CLOSED in _plain(words)


def _denied(words: str) -> bool:
    return any(part in _plain(words) for part in ("không thành công", "chưa thành công"))


def _plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFC", words).casefold().split())
