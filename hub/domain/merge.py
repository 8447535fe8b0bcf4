"""Any order, any number of times, the same record.

A record is the join of *claims* (descriptive fields, one per source; within a source the latest `modified_at` wins,
then the greater content) and of a grow-only set of events. Both joins are commutative, associative and idempotent,
and the document is a function of the joined state alone.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from hub.domain import times
from hub.domain.events import has_impossible_transition, stamped, status_of, union
from hub.domain.messages import KEY_OF, Claim, Held, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.domain.messages import Message

# What the citizen typed: the portal that sent the dossier down owns it until the one-stop shop accepts.
CITIZEN_FIELDS = (
    "applicant", "submitter", "papers", "other_papers", "form", "pickup", "return_to", "return_method", "information",
)  # fmt: skip
WITH_EVENTS = frozenset({"dossier", "postal_order"})
WHOLE_SECONDS = len("2026-05-11T08:30:00")
MOMENT = timedelta(milliseconds=1)  # the least by which kept times differ


def join(held: Held, message: Message) -> Held:
    """Return the record with the message joined; the same `version` when nothing changed, else the next."""
    claims = _claims(held.claims, message)
    known = {event["key"] for event in held.document.get("events", ())}
    told = [stamped(event, message.source) for event in message.events]
    events = union(held.kind, held.document.get("events", ()), told) if held.kind in WITH_EVENTS else []
    document = _document(held.kind, held.key, claims, events)
    digest = digest_of(document)
    if digest == held.digest:
        return Held(held.kind, held.key, held.version, held.document, claims, digest, held.origin)
    return Held(
        held.kind,
        held.key,
        held.version + 1,
        document,
        claims,
        digest,
        held.origin or message.source.name,
        tuple(event["key"] for event in told if event["key"] not in known),
    )


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document as canonical JSON (sorted keys)."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _claims(claims: Sequence[Claim], message: Message) -> Sequence[Claim]:
    if message.body is None:
        return claims
    source = message.source
    claim = Claim(source.name, source.role, str(message.body.get("modified_at", "")), message.body)
    earlier = next((one for one in claims if one.source == source.name), None)
    if earlier is None:
        return tuple(sorted((*claims, claim), key=lambda one: one.source))
    if source.role is Role.HUB:  # what it derives follows the records it derives from: always the last word
        later = claim
    elif _is_correction(claim, earlier, message):
        later = _after(claim, earlier)
    else:
        later = max(earlier, claim, key=_age)
    return tuple(later if one is earlier else one for one in claims)


def _is_correction(claim: Claim, earlier: Claim, message: Message) -> bool:
    """Who names the version that it changes has read it, and writes later, whatever the times say.

    So does who says no time, where the times found are the same; by less than a second `_after` may have moved them.
    """
    same = claim.modified_at[:WHOLE_SECONDS] == earlier.modified_at[:WHOLE_SECONDS]
    return message.if_match is not None or (not message.dated and same)


def _after(claim: Claim, earlier: Claim) -> Claim:
    """Return a correction at a time after what it corrects: other hubs know of nothing but the time."""
    if claim.modified_at > earlier.modified_at or not earlier.modified_at:
        return claim
    if {**claim.body, "modified_at": earlier.modified_at} == earlier.body:
        return earlier
    at = times.written(times.read(earlier.modified_at) + MOMENT)
    return Claim(claim.source, claim.role, at, {**claim.body, "modified_at": at})


def _age(claim: Claim) -> tuple[str, bytes]:
    return claim.modified_at, orjson.dumps(claim.body, option=orjson.OPT_SORT_KEYS)


def _document(kind: str, key: str, claims: Sequence[Claim], events: list[dict[str, Any]]) -> dict[str, Any]:
    body = _body(kind, key, claims, events)
    if kind not in WITH_EVENTS:
        return dict(body)
    document = {**body, **status_of(kind, events, body)}
    if events:
        document["events"] = events
    flags = _flags(kind, claims, events)
    if flags:
        document["flags"] = flags
    return document


def _flags(kind: str, claims: Sequence[Claim], events: list[dict[str, Any]]) -> list[str]:
    flags = [] if claims else ["incomplete"]
    if kind == "dossier" and has_impossible_transition(events):
        flags.append("impossible_transition")
    return flags


def _body(kind: str, key: str, claims: Sequence[Claim], events: list[dict[str, Any]]) -> Mapping[str, Any]:
    if not claims:
        return {KEY_OF[kind]: key}
    if len(claims) == 1:
        return claims[0].body
    if kind == "dossier":
        return _blended(claims, events)
    return max(claims, key=lambda claim: (_rank(kind, key, claim), *_age(claim), claim.source)).body


def _rank(kind: str, key: str, claim: Claim) -> int:
    """National procedures are the portal's, local ones (with a suffix) the client's; orders the client's."""
    if kind == "procedure" and key.count(".") == 1:
        return int(claim.role == Role.CHANNEL)
    return int(claim.role == Role.CLIENT)


def _blended(claims: Sequence[Claim], events: list[dict[str, Any]]) -> Mapping[str, Any]:
    """One owner per field: the handler's, but the citizen's own fields from the portal until the handler accepts."""
    handler = _latest([claim for claim in claims if claim.role != Role.CHANNEL])
    portal = _latest([claim for claim in claims if claim.role == Role.CHANNEL])
    if handler is None or portal is None:
        return (handler or portal or claims[0]).body
    body = {**portal.body, **handler.body}
    if not _accepted(handler, events):
        body |= {name: portal.body[name] for name in CITIZEN_FIELDS if name in portal.body}
    if "numbers" in body:
        body["numbers"] = {**portal.body.get("numbers", {}), **handler.body.get("numbers", {})}
    if "filed_via" in portal.body:
        body["filed_via"] = portal.body["filed_via"]
    body["modified_at"] = max(portal.modified_at, handler.modified_at)
    return body


def _latest(claims: Sequence[Claim]) -> Claim | None:
    return max(claims, key=lambda claim: (*_age(claim), claim.source), default=None)


def _accepted(handler: Claim, events: list[dict[str, Any]]) -> bool:
    return "received_at" in handler.body or any(
        event["source"] == handler.source and event["status"] != "registered" for event in events
    )
