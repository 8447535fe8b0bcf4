"""A dossier's chosen events as messages. Pure; the tables come first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.sdk import Unmappable
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
    events = [one for one in document.get("events", ()) if one["status"] in chosen and not one.get("note")]
    written = [_message(document, event, templates[event["status"]]) for event in events]
    return Mapped(to, sorted(written, key=lambda message: message.at))  # at one time: as the dossier has them


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
