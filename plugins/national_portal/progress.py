"""Telling the portal the steps of dossiers.

Progress rows are the one thing the portal does not tell apart. So no row is ever sent while it is uncertain whether
it was taken: after any answer but a yes the dossier is looked up first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.national_portal.answers import Meaning
from plugins.national_portal.codes import FIND_DOSSIER, PROGRESS_ROWS, SEND_PROGRESS
from plugins.national_portal.dossier import TELLING, Dossier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins.national_portal.batches import Line
    from plugins.national_portal.client import Reply


def tell_progress(line: Line, cases: Sequence[Dossier], log: Any) -> None:
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
        suspects = list(dict.fromkeys(case for case, _ in chunk))
        for case in suspects:
            case.suspect = True  # until it is looked up, whatever happens to the line meanwhile
        for case in suspects:
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
    if not look(line, case):
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
        if look(line, case) and case.outcome is None:
            case.postpone(reply)
    else:
        case.reject(reply)


def look(line: Line, case: Dossier) -> bool:
    """Bring the memo up to what the portal holds; False: it could not be learnt, and the case knows its outcome."""
    reply = line.call([case], FIND_DOSSIER, mahoso=case.number)
    if reply is None:
        return False
    if reply.meaning not in TELLING or not case.learn(reply):
        case.outcome = case.uncertain(reply)
        return False
    case.suspect = False
    return True
