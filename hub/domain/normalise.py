"""One way to write each document: what two systems write differently and mean alike becomes the same bytes.

Text in NFC, codes and times in their kept form, read-only properties dropped, defaults filled in. The given document is
never altered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.domain.codes import agency, dossier_number, procedure_code
from hub.domain.codes.malformed import Malformed
from hub.domain.plain import is_plain
from hub.domain.time_places import places
from hub.domain.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.domain.problem import Problem

Document = dict[str, Any]
_EVENT_READ_ONLY: Final = ("source", "key")
_READ_ONLY: Final = {
    "dossier": ("status", "status_at", "flags"),
    "postal_order": ("status", "status_at", "flags"),
    "procedure": (),
    "event": _EVENT_READ_ONLY,
    "postal_event": _EVENT_READ_ONLY,
}


def normalise(kind: str, document: Document, *, speaker: str | None = None) -> tuple[Document, list[Problem]]:
    """The document in its one kept form, and what could not be brought into it (nothing, if it was validated).

    `speaker` is the name under which the sender's events are stamped. Events stamped with another name are an echo of
    what the hub itself told, and are dropped; without a speaker all events are taken for the sender's own.
    """
    walk = Walk()
    given = _without_read_only(kind, document, speaker)
    kept = walk.timed(given, places(kind), ()) if is_plain(given) else walk.mapping(given, ())
    return _KINDS[kind](kept, walk), walk.problems


def _dossier(document: Document, walk: Walk) -> Document:
    given = document.get("code")
    out = dict(walk.code(document, (), "code", dossier_number.canonical))
    numbers = out.get("numbers")
    if given is not None and (not numbers or "own" not in numbers):
        out["numbers"] = {"own": given, **(numbers or {})}
    if procedure := out.get("procedure"):
        out["procedure"] = _with_national_code(walk.code(procedure, ("procedure",), "code", procedure_code.canonical))
    if agencies := out.get("agencies"):
        out["agencies"] = {
            role: walk.code(entry, ("agencies", role), "id", agency.canonical) for role, entry in agencies.items()
        }
    out.setdefault("filed_via", "local")
    return _with_modified_at(out, walk)


def _procedure(document: Document, walk: Walk) -> Document:
    out = _with_national_code(walk.code(document, (), "code", procedure_code.canonical))
    if publisher := out.get("publisher"):
        out["publisher"] = walk.code(publisher, ("publisher",), "id", agency.canonical)
    if executing := out.get("executing_agencies"):
        out["executing_agencies"] = [
            walk.code(entry, ("executing_agencies", index), "id", agency.canonical)
            for index, entry in enumerate(executing)
        ]
    if related := out.get("related"):
        out["related"] = [
            walk.code({"code": code}, ("related", index), "code", procedure_code.canonical)["code"]
            for index, code in enumerate(related)
        ]
    return out


def _postal_order(document: Document, walk: Walk) -> Document:
    out = dict(walk.code(document, (), "dossier", dossier_number.canonical))
    if "number" in out and dossier_number.is_dossier_number(out["number"]):
        out["number"] = dossier_number.canonical(out["number"])
    return _with_modified_at(out, walk)


def _event(document: Document, _walk: Walk) -> Document:
    return document


_KINDS: Final[dict[str, Callable[[Document, Walk], Document]]] = {
    "dossier": _dossier,
    "procedure": _procedure,
    "postal_order": _postal_order,
    "event": _event,
    "postal_event": _event,
}


def _with_national_code(procedure: Document) -> Document:
    try:
        return {**procedure, "national_code": procedure_code.national(procedure["code"])}
    except (KeyError, Malformed):
        return {name: value for name, value in procedure.items() if name != "national_code"}


def _with_modified_at(document: Document, walk: Walk) -> Document:
    if walk.seen:
        document.setdefault("modified_at", max(walk.seen))
    return document


def _without_read_only(kind: str, document: Document, speaker: str | None) -> Document:
    names = _READ_ONLY[kind]
    if not document.keys().isdisjoint(names):
        document = {name: value for name, value in document.items() if name not in names}
    events = document.get("events")
    if events and any("key" in event or "source" in event for event in events):
        own = [event for event in events if speaker is None or event.get("source", speaker) == speaker]
        document = {**document, "events": [_without_read_only("event", event, speaker) for event in own]}
    return document
