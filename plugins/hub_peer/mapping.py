"""A record as it travels between hubs: whole, each event with an id that is the same wherever it comes from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import OutcomeWord, Reason, Unmappable, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DERIVED = frozenset({"events", "status", "status_at", "flags"})
LONGEST_ID = 100

# What the other hub says of a line it took; anything else is not known.
TAKEN = frozenset({"created", "updated", "unchanged"})
# What it says of a line it did not take: its code, or the class of its status.
REFUSALS: Mapping[str, tuple[OutcomeWord, Reason]] = {
    "not_allowed": (OutcomeWord.DEFERRED, Reason.CREDENTIALS),
    "database_away": (OutcomeWord.DEFERRED, Reason.BUSY),
    "storage_full": (OutcomeWord.DEFERRED, Reason.BUSY),
    "backlog_full": (OutcomeWord.DEFERRED, Reason.BUSY),
    "internal": (OutcomeWord.UNKNOWN, Reason.UNANSWERED),
}
CLIENT_ERROR = range(400, 500)


def record_out(
    document: Mapping[str, Any], *, channel: str, link: Callable[[Mapping[str, Any]], str]
) -> dict[str, Any]:
    """Express a record for the other hub: without what came from there, files by an address it can reach."""
    out = {name: _linked(value, link) for name, value in document.items() if name not in DERIVED}
    ours = [event_out(event) for event in document.get("events", ()) if event.get("source") != channel]
    if ours:
        out["events"] = ours
    return out


def event_out(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with an id keeps our key as its id there; one without is known by its content on every hub."""
    said = {name: value for name, value in event.items() if name not in {"source", "key"}}
    if "id" in said:
        key = str(event.get("key") or said["id"])
        said["id"] = key if len(key) <= LONGEST_ID else digest_of(key)[:40]
    return said


def record_in(payload: Mapping[str, Any], *, client: str, url: str) -> tuple[dict[str, Any], bool]:
    """Express a line of the feed: the document to take in, and whether it is whole (else its events alone).

    What we ourselves told comes back in the document and is left out; a record of ours keeps our own fields.
    """
    document = payload.get("document")
    if not isinstance(document, dict):
        raise Unmappable("The change came without its document.")
    events = [event_out(event) for event in document.get("events", ()) if event.get("source") != client]
    whole = payload.get("origin") != client and "incomplete" not in document.get("flags", ())
    if not whole:
        return {"events": events}, False

    def link(attachment: Mapping[str, Any]) -> str:
        address = str(attachment["url"])
        return f"{url}{address}" if address.startswith("/") else address

    body = {name: _linked(value, link) for name, value in document.items() if name not in DERIVED}
    return ({**body, "events": events} if events else body), True


def refusal(error: Mapping[str, Any]) -> tuple[OutcomeWord, Reason, str]:
    """What an error of one line means: word, reason, code."""
    code = str(error.get("code"))[:60]
    if code in REFUSALS:
        return (*REFUSALS[code], code)
    if error.get("status") in CLIENT_ERROR:
        return OutcomeWord.REJECTED, Reason.DATA, code
    return OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE, code


def _linked(value: Any, link: Callable[[Mapping[str, Any]], str]) -> Any:
    if isinstance(value, dict):
        kept = {name: _linked(inner, link) for name, inner in value.items()}
        return {**kept, "url": link(value)} if "sha256" in value and "url" in value else kept
    return [_linked(inner, link) for inner in value] if isinstance(value, list) else value
