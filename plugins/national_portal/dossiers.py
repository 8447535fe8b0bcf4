"""Making the portal equal to a dossier: decision, then core, then progress.

Progress rows are the one thing the portal does not tell apart. So no row is ever sent while it is uncertain whether
it was taken: after any answer but a yes the dossier is looked up first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Reason, deferred, delivered
from plugins.national_portal.answers import Meaning
from plugins.national_portal.batches import Line, split_until_taken
from plugins.national_portal.codes import (
    DECISION_TYPE,
    FIND_DOSSIER,
    PROGRESS_ROWS,
    SEND_DECISION,
    SEND_DOSSIERS,
    SEND_PROGRESS,
)
from plugins.national_portal.dossier import TELLING, Dossier

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
    _tell_progress(line, open_cases, log)
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
        if reply.meaning is Meaning.NOT_FOUND:  # it forgot, or answers out of order: the next try finds out
            case.created, case.digest = False, None
            case.postpone(reply)
        else:
            case.reject(reply)

    fresh = [case for case in cases if not (case.created or case.born_there)]
    split_until_taken(fresh, creation, taken=taken, refused=not_created)
    split_until_taken(existing, update, taken=taken, refused=not_updated)


def _tell_progress(line: Line, cases: Sequence[Dossier], log: Any) -> None:
    """At most ten rows a call, each dossier's rows in their order, only for dossiers the portal has."""
    rows = [(case, key) for case in cases if _ready(case) for key in case.missing()]
    for start in range(0, len(rows), PROGRESS_ROWS):
        chunk = [(case, key) for case, key in rows[start : start + PROGRESS_ROWS] if case.outcome is None]
        reply = _send_rows(line, chunk)
        if reply is None or reply.meaning is Meaning.TAKEN:
            continue
        log.warning("national_portal.progress_refused", rows=len(chunk), code=reply.code)
        if len(chunk) == 1:
            _row_refused(line, chunk[0][0], reply)
            continue
        for case in dict.fromkeys(case for case, _ in chunk):
            _tell_singly(line, case, {key for concerned, key in chunk if concerned is case})


def _ready(case: Dossier) -> bool:
    return case.outcome is None and not case.lacks_core()


def _send_rows(line: Line, chunk: Sequence[tuple[Dossier, str]]) -> Reply | None:
    if not chunk:
        return None
    concerned = list(dict.fromkeys(case for case, _ in chunk))
    reply = line.call(concerned, SEND_PROGRESS, data=[case.rows[key] for case, key in chunk])
    if reply and reply.meaning is Meaning.TAKEN:
        for case, key in chunk:
            case.keys.append(key)
    return reply


def _tell_singly(line: Line, case: Dossier, keys: set[str]) -> None:
    """A refused call may have been taken in part: look first, then send row by row until one is refused alone."""
    if not _look(line, case):
        return
    for key in [key for key in case.missing() if key in keys]:
        reply = _send_rows(line, [(case, key)])
        if reply is None:
            return
        if reply.meaning is not Meaning.TAKEN:
            _row_refused(line, case, reply)
            return


def _row_refused(line: Line, case: Dossier, reply: Reply) -> None:
    if reply.meaning is Meaning.NOT_FOUND:
        if _look(line, case) and case.outcome is None:
            case.postpone(reply)
    else:
        case.reject(reply)


def _look(line: Line, case: Dossier) -> bool:
    """Bring the memo up to what the portal holds; False: it could not be learnt, and the case knows its outcome."""
    reply = line.call([case], FIND_DOSSIER, mahoso=case.number)
    if reply is None:
        return False
    if reply.meaning not in TELLING or not case.learn(reply):
        case.outcome = case.uncertain(reply)
        return False
    return True
