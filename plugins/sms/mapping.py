"""A dossier's chosen events as messages, and the gateway's answers as outcomes. Pure; the tables come first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.sdk import OutcomeWord, Reason, Unmappable
from plugins.sms.numbers import mobile
from plugins.sms.quiet import VIETNAM
from plugins.sms.text import LONGEST, filled, is_simple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHOSEN = ("accepted", "supplement_requested", "finished")  # by default; setting `events`

# As approved by the gateway beforehand; setting `templates` replaces single ones. Every status word has one.
TEMPLATES: Mapping[str, str] = {
    "registered": "Ho so {code} da duoc gui den {agency}.",
    "accepted": "Ho so {code} da duoc {agency} tiep nhan. Ngay hen tra: {due}.",
    "refused": "Ho so {code} khong duoc {agency} tiep nhan. Xem ly do tren Cong Dich vu cong.",
    "processing": "Ho so {code} dang duoc {agency} xu ly. Ngay hen tra: {due}.",
    "supplement_requested": "Ho so {code} can bo sung giay to. Lien he {agency} hoac xem tren Cong Dich vu cong.",
    "payment_requested": "Ho so {code} can nop phi, le phi. Xem tren Cong Dich vu cong.",
    "withdrawn": "Ho so {code} da duoc rut theo yeu cau.",
    "stopped": "Ho so {code} da dung xu ly. Lien he {agency}.",
    "finished": "Ho so {code} da co ket qua. Moi nhan tai {agency} hoac theo cach da dang ky.",
    "returned": "Ket qua ho so {code} da duoc tra. Cam on.",
}
NO_DUE = "theo giay hen"  # what {due} becomes when no date is known

COMMAND = "bulksms"
UNACCENTED = "0"  # ContentType

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


@dataclass(frozen=True, slots=True)
class Message:
    """One message worth thinking about: `event` is the event's key in the hub."""

    event: str
    status: str
    at: datetime
    content: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where to, and the chosen events' messages, oldest first."""

    to: str
    messages: Sequence[Message]


def receiver(document: Mapping[str, Any]) -> str | None:
    """Return the mobile number of the applicant, else of the submitter, else None."""
    for role in ("applicant", "submitter"):
        number = mobile(document.get(role, {}).get("phone", ""))
        if number:
            return number
    return None


def messages(document: Mapping[str, Any], *, chosen: Sequence[str], templates: Mapping[str, str]) -> Mapped:
    """Write the messages of all chosen events. Raises Unmappable."""
    to = receiver(document)
    if to is None:
        raise Unmappable("/applicant/phone: no mobile number.")
    events = [event for event in document.get("events", ()) if event["status"] in chosen]
    written = [_message(document, event, templates[event["status"]]) for event in events]
    return Mapped(to, sorted(written, key=lambda message: (message.at, message.event)))


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


def _message(document: Mapping[str, Any], event: Mapping[str, Any], template: str) -> Message:
    at = datetime.fromisoformat(event["occurred_at"])
    due = event.get("due_at") or document.get("due_at")
    places = {
        "code": document["code"],
        "due": datetime.fromisoformat(due).astimezone(VIETNAM).strftime("%d/%m/%Y") if due else NO_DUE,
        "agency": document["agencies"]["competent"]["name"],
    }
    content = filled(template, places)
    if not is_simple(content):
        raise Unmappable(f"The message for {event['status']} is longer than {LONGEST} characters.")
    return Message(event.get("key") or f"{event['status']}@{event['occurred_at']}", event["status"], at, content)
