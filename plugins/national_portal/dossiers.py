"""Making the portal equal to a dossier: decision, then core, then progress; and asking what it holds.

Progress rows are the one thing the portal does not tell apart. So no row is ever sent while it is uncertain whether
it was taken: after any answer but a yes the dossier is looked up first.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.sdk import ConnectorError, Outcome, Reason, deferred, delivered, unknown
from plugins.national_portal.batches import Case, Line, split_until_taken
from plugins.national_portal.client import UnknownCode
from plugins.national_portal.codes import (
    DECISION_TYPE,
    FIND_DOSSIER,
    PROGRESS_ROWS,
    SEND_DECISION,
    SEND_DOSSIERS,
    SEND_PROGRESS,
    Meaning,
)
from plugins.national_portal.formats import canonical_number, digest, same
from plugins.national_portal.mapping import born_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Outgoing
    from plugins.national_portal.client import Portal, Reply

TELLING = frozenset({Meaning.TAKEN, Meaning.NOT_FOUND})  # answers to a look-up that tell what is held
PROGRESS_FIELDS = (
    "NguoiXuLy",
    "ChucDanh",
    "ThoiDiemXuLy",
    "PhongBanXuLy",
    "NoiDungXuLy",
    "TrangThai",
    "NgayBatDau",
    "NgayKetThucTheoQuyDinh",
)


class Dossier(Case):
    """A dossier on its way; what the portal holds of it is read from the memo and written back to it."""

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__(outgoing)
        self.core: Mapping[str, Any] = outgoing.mapped["dossier"]
        self.rows: dict[str, Mapping[str, Any]] = {one["key"]: one["row"] for one in outgoing.mapped["progress"]}
        self.decision: Mapping[str, Any] | None = outgoing.mapped["decision"]
        self.number = str(self.core["MaHoSo"])
        self.wanted = digest(self.core)
        self.born_there = born_there(outgoing.document)
        held = outgoing.acknowledged
        self.created = bool(held.get("created"))
        self.digest = held.get("digest")
        self.decided = held.get("decision")
        self.keys: list[str] = list(held.get("events", ()))

    def memo(self) -> dict[str, Any]:
        return {"created": self.created, "digest": self.digest, "decision": self.decided, "events": self.keys}

    def undecided(self) -> bool:
        """Born there and not answered yet: the portal holds the citizen's own words, and nothing is ours to say."""
        return self.born_there and self.decision is None

    def lacks_decision(self) -> bool:
        return self.decision is not None and self.decided != self.decision["key"]

    def lacks_core(self) -> bool:
        return not self.created or self.digest != self.wanted

    def missing(self) -> list[str]:
        """The keys of the progress rows the portal does not have, oldest first."""
        have = set(self.keys)
        return [key for key in self.rows if key not in have]

    def is_held(self) -> bool:
        return self.undecided() or not (self.lacks_decision() or self.lacks_core() or self.missing())

    def learn(self, reply: Reply) -> bool:
        """Take over what a look-up says; False: it does not tell what is held, so the rows stay uncertain."""
        held = reply.result if reply.meaning is Meaning.TAKEN else None
        if not isinstance(held, dict) or not held:
            self.created, self.digest, self.decided, self.keys = False, None, None, []
            return True
        if canonical_number(str(held.get("MaHoSo"))) != canonical_number(self.number):
            return False  # the answer to another question
        self.created = True
        self.digest = self.wanted if same(self.core, held) else None
        told = held.get("QuyetDinh")
        if self.decision and isinstance(told, dict):
            self.decided = self.decision["key"] if same(self.decision["row"], told) else None
        rows = held.get("TienDo")
        if not isinstance(rows, list):
            return not self.missing()
        there = Counter(_signature(row) for row in rows if isinstance(row, dict))
        self.keys = []
        for key, row in self.rows.items():
            if there[_signature(row)] > 0:
                there[_signature(row)] -= 1
                self.keys.append(key)
        return True


def _signature(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in PROGRESS_FIELDS)


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
        case.outcome = _uncertain(case, reply)
        return False
    return True


def _uncertain(case: Dossier, reply: Reply) -> Outcome:
    sentence = "The portal does not tell what it holds of the dossier."
    return unknown(case.outgoing, Reason.UNCERTAIN, detail=sentence, code=reply.code, acknowledged=case.memo())


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
        return _uncertain(case, reply)
    if case.is_held():
        return delivered(case.outgoing, reference=case.number, acknowledged=case.memo())
    sentence = "The portal holds a part of it." if case.created else "The portal does not hold it."
    return deferred(case.outgoing, Reason.ORDER, detail=sentence, acknowledged=case.memo())


def _cannot_tell(outgoing: Outgoing, problem: ConnectorError) -> Outcome:
    reason = Reason.UNKNOWN_CODE if isinstance(problem, UnknownCode) else Reason.UNANSWERED
    return unknown(outgoing, reason, detail=problem.sentence, code=problem.code)
