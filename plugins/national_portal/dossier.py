"""One dossier on its way: what the portal must hold, what it is known to hold, and so what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Reason, known_again, unknown
from plugins.national_portal.answers import Meaning, record_of
from plugins.national_portal.case import Case
from plugins.national_portal.formats import canonical_number, digest, same
from plugins.national_portal.mapping import born_there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.sdk import Outgoing
    from plugins.national_portal.client import Reply

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


def _by(*names: str) -> Callable[[Mapping[str, Any]], tuple[str, ...]]:
    return lambda row: tuple(str(row.get(name) or "") for name in names)


ALIKE = (  # by what a step is known again among the rows held, strictest first
    _by(*PROGRESS_FIELDS),
    _by("ThoiDiemXuLy", "TrangThai", "NoiDungXuLy"),  # NguoiXuLy is the agency's name where no officer is known
    _by("ThoiDiemXuLy", "TrangThai"),
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
        held = record_of(reply.result) if reply.meaning is Meaning.TAKEN else {}
        if not isinstance(held, dict):
            return False  # a plain yes: the answer to another question
        if not held:
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
        told_again = known_again(self.rows.items(), (row for row in rows if isinstance(row, dict)), ALIKE)
        self.keys = [key for key in self.rows if key in told_again]
        return True

    def uncertain(self, reply: Reply) -> Outcome:
        """The outcome when a look-up does not tell."""
        sentence = "The portal does not tell what it holds of the dossier."
        return unknown(self.outgoing, Reason.UNCERTAIN, detail=sentence, code=reply.code, acknowledged=self.memo())
