"""Asking, after a lost answer, what the portal holds of each dossier. Alters nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import ConnectorError, Outcome, Reason, deferred, delivered, unknown
from plugins.national_portal.client import UnknownCode
from plugins.national_portal.codes import FIND_DOSSIER
from plugins.national_portal.dossier import TELLING, Dossier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk import Outgoing
    from plugins.national_portal.client import Portal, Reply


def recall(portal: Portal, batch: Sequence[Outgoing]) -> list[Outcome]:
    """Ask about each dossier. Trouble is `unknown` here, never `deferred`: that would say it is not held."""
    outcomes: list[Outcome] = []
    trouble: ConnectorError | None = None
    for outgoing in batch:
        case = Dossier(outgoing)
        if case.undecided():
            outcomes.append(delivered(outgoing, acknowledged=case.memo()))
            continue
        if trouble is None:
            try:
                reply = portal.call(FIND_DOSSIER, mahoso=case.number)
            except ConnectorError as problem:
                trouble = problem
        outcomes.append(_cannot_tell(outgoing, trouble) if trouble else _recalled(case, reply))
    return outcomes


def _recalled(case: Dossier, reply: Reply) -> Outcome:
    if reply.meaning not in TELLING or not case.learn(reply):
        return case.uncertain(reply)
    if case.is_held():
        return delivered(case.outgoing, reference=case.number, acknowledged=case.memo())
    sentence = "The portal holds a part of it." if case.created else "The portal does not hold it."
    return deferred(case.outgoing, Reason.ORDER, detail=sentence, acknowledged=case.memo())


def _cannot_tell(outgoing: Outgoing, problem: ConnectorError) -> Outcome:
    reason = Reason.UNKNOWN_CODE if isinstance(problem, UnknownCode) else Reason.UNANSWERED
    return unknown(outgoing, reason, detail=problem.sentence, code=problem.code)
