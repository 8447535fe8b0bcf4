"""Making the portal equal to a dossier: decision, then core, then progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Reason, deferred, delivered
from plugins.national_portal.answers import Meaning
from plugins.national_portal.batches import Line, split_until_taken
from plugins.national_portal.codes import (
    DECISION_TYPE,
    SEND_DECISION,
    SEND_DOSSIERS,
)
from plugins.national_portal.dossier import Dossier
from plugins.national_portal.progress import look, tell_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk import Outgoing
    from plugins.national_portal.client import Portal, Reply


def push(portal: Portal, batch: Sequence[Outgoing], log: Any) -> list[Outcome]:
    """Send what is missing of each dossier; one outcome each."""
    cases = [Dossier(outgoing) for outgoing in batch]
    line = Line(portal)
    open_cases = [case for case in cases if not case.undecided()]
    _decide(line, [case for case in open_cases if case.lacks_decision()])
    _describe(line, [case for case in open_cases if case.lacks_core()])
    tell_progress(line, open_cases, log)
    return [_ended(case, line) for case in cases]


def _ended(case: Dossier, line: Line) -> Outcome:
    if case.outcome is None and case.is_held():
        case.outcome = delivered(case.outgoing, reference=case.number, acknowledged=case.memo())
    if case.outcome is None and line.trouble:
        case.leave(line.trouble)
    return case.outcome or deferred(
        case.outgoing, Reason.ORDER, detail="The portal lost a part of it.", acknowledged=case.memo()
    )


def _decide(line: Line, cases: Sequence[Dossier]) -> None:
    def send(group: Sequence[Dossier]) -> Reply | None:
        rows = [case.decision["row"] for case in group if case.decision]
        return line.call(group, SEND_DECISION, type=DECISION_TYPE, data=rows)

    def taken(case: Dossier) -> None:
        case.decided = case.decision["key"] if case.decision else None

    split_until_taken(cases, send, taken=taken, refused=Dossier.reject)


def _describe(line: Line, cases: Sequence[Dossier]) -> None:
    """Create with isUpdating "False"; what exists (by our memo, by its birth or by the portal's word) with "True"."""
    existing = [case for case in cases if case.created or case.born_there]

    def creation(group: Sequence[Dossier]) -> Reply | None:
        return line.call(group, SEND_DOSSIERS, isUpdating="False", data=[case.core for case in group])

    def update(group: Sequence[Dossier]) -> Reply | None:
        return line.call(group, SEND_DOSSIERS, isUpdating="True", data=[case.core for case in group])

    def taken(case: Dossier) -> None:
        case.created, case.digest = True, case.wanted

    def not_created(case: Dossier, reply: Reply) -> None:
        if reply.meaning is Meaning.EXISTS:
            existing.append(case)
        else:
            case.reject(reply)

    def not_updated(case: Dossier, reply: Reply) -> None:
        if reply.meaning is not Meaning.NOT_FOUND:
            case.reject(reply)
        elif look(line, case):  # whether it forgot the dossier with its steps, or answers out of order
            case.postpone(reply)

    fresh = [case for case in cases if not (case.created or case.born_there)]
    split_until_taken(fresh, creation, taken=taken, refused=not_created)
    split_until_taken(existing, update, taken=taken, refused=not_updated)
