"""What every write goes through: scope, admission, warnings; the same for one request and for a line of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hub.domain.codes.malformed import Malformed
from hub.domain.problem import Problem
from hub.domain.routing import agency_of
from hub.domain.scope import WRITE
from hub.flows.accept import Unit
from hub.flows.admit import admit_document, admit_events
from hub.store import look_ups
from hub.web import answers
from hub.web.parameters import CANONICAL
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.domain.messages import Message
    from hub.flows.admit import Admitted
    from hub.web.client_auth import Client
    from hub.web.service import Service

MOST_EVENTS = 1_000  # in one request


@dataclass(slots=True)
class Write:
    """One message on its way in: `unit` when it may go on, else `refusal`."""

    message: Message | None = None
    files: Sequence[Mapping[str, Any]] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def unit(self) -> Unit:
        """What is accepted."""
        assert self.message is not None  # noqa: S101 (asked for only without refusal)
        return Unit([self.message], self.files)


def document(client: Client, kind: str, raw: Any, *, key: str | None = None, if_match: int | None = None) -> Write:
    """Admit a document that a client sends."""
    return _admitted(kind, admit_document(kind, raw, client.source, key=key, if_match=if_match))


def events(client: Client, key: str, raw: Any) -> Write:
    """Admit what a client sends to a dossier's events: one event, or {"events": [...]}."""
    if not isinstance(raw, dict) or "events" not in raw:
        return event(client, key, raw)
    raws = raw["events"]
    if len(raw) > 1 or not isinstance(raws, list) or not 0 < len(raws) <= MOST_EVENTS:
        return Write(refusal=Refusal("invalid", [_events_shape()]))
    return _events(client, key, raws, "")


def event(client: Client, key: str, raw: Any) -> Write:
    """Admit one event; pointers lead into the event itself."""
    return _events(client, key, [raw], "/events/0")


def _events(client: Client, key: str, raws: Sequence[Any], inside: str) -> Write:
    try:
        key = CANONICAL["dossier"](key)
    except Malformed as problem:
        return Write(refusal=Refusal("invalid", [Problem("", "key", problem.code, problem.vi, problem.en)]))
    admitted = admit_events("dossier", key, raws, client.source)
    problems = [replace(one, pointer=one.pointer.removeprefix(inside)) for one in admitted.problems]
    return _admitted("dossier", replace(admitted, problems=problems))


def consider(service: Service, client: Client, writes: Sequence[Write]) -> None:
    """Refuse what is outside the client's scope, add warnings; at most one query each for all writes together."""
    going = [one for one in writes if one.message is not None and one.refusal is None]
    _keep_inside(service, client, going)
    going = [one for one in going if one.refusal is None]
    told = service.knowledge.warnings(
        [(one.message.kind, one.document) for one in going if one.message and one.document]
    )
    for one, warnings in zip([one for one in going if one.document], told, strict=True):
        one.warnings = warnings
        refusing = [each for each in warnings if service.knowledge.refuses(each)]
        if refusing:
            one.refusal = Refusal("invalid", refusing)
            answers.count_refused(one.message.kind if one.message else "")


def _admitted(kind: str, admitted: Admitted) -> Write:
    if admitted.message is None:
        answers.count_refused(kind)
        return Write(refusal=Refusal("invalid", admitted.problems))
    return Write(admitted.message, admitted.files, admitted.document)


def _keep_inside(service: Service, client: Client, going: Sequence[Write]) -> None:
    """A record must be the client's business as it is held and as it is told."""
    for one in going:
        if one.message and not client.scope.allows(WRITE, one.message.kind):
            one.refusal = Refusal("not_allowed")
    if client.scope.agencies is None:
        return
    places = [(one.message.kind, one.message.key) for one in going if one.message]
    with service.context.store.reading() as connection:
        held = look_ups.agencies(connection, places)
    for one in going:
        if one.message is None or one.refusal:
            continue
        kind, key = one.message.kind, one.message.key
        said = agency_of(kind, one.document or {"code": key, "number": key})
        before = held.get((kind, key))
        if before is None or one.document:
            inside = client.scope.holds(said) and (before is None or client.scope.holds(before))
        else:
            inside = client.scope.holds(before)
        if not inside:
            one.refusal = Refusal("outside_scope")
            answers.count_refused(kind)


def _events_shape() -> Problem:
    return Problem(
        "/events",
        "type",
        "wrong_shape",
        f"/events: phải là danh sách từ 1 đến {MOST_EVENTS} sự kiện, không kèm thuộc tính khác.",
        f"/events: must be a list of 1 to {MOST_EVENTS} events, with no other property beside it.",
    )
