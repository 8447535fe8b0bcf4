"""The gateway's answers as outcomes. Pure; the table comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import OutcomeWord, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

SENT = "1"  # `result`: the message is in the gateway's queue
NOT_SENT = "0"  # `result`: it is not; `message` says why
QUEUED = "Insert MT_QUEUE: OK"
DUPLICATE = "Check ServiceID: DUPLICATE MESSAGE"

# Beginnings of `message` beside result "0". What stands in none of these rows is never taken for success.
REASONS: Mapping[str, tuple[OutcomeWord, Reason | None]] = {
    DUPLICATE: (OutcomeWord.DELIVERED, None),  # it came before
    "Authenticate:": (OutcomeWord.DEFERRED, Reason.CREDENTIALS),  # Cp_code, UserName, Password, IP_INVALID
    "CP_CODE_NOT_FOUND": (OutcomeWord.DEFERRED, Reason.CREDENTIALS),
    "WRONG_INFORMATION_AUTHENTICATE": (OutcomeWord.DEFERRED, Reason.CREDENTIALS),
    "Check information error": (OutcomeWord.DEFERRED, Reason.BUSY),  # "lỗi chung hệ thống"
    "Check RequestID:": (OutcomeWord.REJECTED, Reason.DATA),
    "Check UserID:": (OutcomeWord.REJECTED, Reason.DATA),
    "Check ReceiverID:": (OutcomeWord.REJECTED, Reason.DATA),
    "UserID_NOT_EQUAL_ReceiverID": (OutcomeWord.REJECTED, Reason.DATA),
    "Unable to check telco from input receiver": (OutcomeWord.REJECTED, Reason.DATA),
    "Length of ReceiverID is invalid": (OutcomeWord.REJECTED, Reason.DATA),
    "Check ServiceID: ALIAS_INVALID": (OutcomeWord.REJECTED, Reason.DATA),
    "Check CommandCode:": (OutcomeWord.REJECTED, Reason.DATA),
    "Check Content:": (OutcomeWord.REJECTED, Reason.DATA),
    "Check template: CONTENT_NOT_MATCH_TEMPLATE": (OutcomeWord.REJECTED, Reason.DATA),
}


def result(code: str | None, message: str | None) -> tuple[OutcomeWord, Reason | None]:
    """Tell what an answer means; both halves must agree."""
    code, message = (code or "").strip(), (message or "").strip()
    if code == SENT and message.startswith(QUEUED):
        return OutcomeWord.DELIVERED, None
    if code == NOT_SENT:
        for beginning, meaning in REASONS.items():
            if message.startswith(beginning):
                return meaning
    return OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE
