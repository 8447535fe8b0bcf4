"""The simulated portal's desk for procedures: its own catalogue, and what units publish, which waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.national_portal import simulator_rules as rules
from plugins.national_portal.codes import PUBLISHING
from plugins.national_portal.formats import digest
from plugins.national_portal.simulator_seed import AGENCIES, FIELDS, catalogue
from plugins.national_portal.simulator_words import DATA, NOT_FOUND, Answer, no, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator import Memory


class ProcedureDesk:
    """Gives the catalogue and takes publications."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def seed(self) -> None:
        """Begin with a catalogue, unless there is one."""
        if not self._memory.count("catalogue"):
            with self._memory.together():
                for code, record in catalogue().items():
                    self._memory.put("catalogue", code, record)

    def take(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get(PUBLISHING["list"])
        if refusal := rules.procedures_refused(rows):
            return no(DATA, refusal)
        for row in rows or ():
            self._memory.put("procedure", row["MATTHC"], row)
            self._memory.effect("procedure", row["MATTHC"], {"print": digest(row)})
        return yes()

    def list(self, _: Mapping[str, Any]) -> Answer:
        records = self._memory.all("catalogue").values()
        return yes([{"MATTHC": record["MATTHC"], "TENTTHC": record["TENTTHC"]} for record in records])

    def read(self, body: Mapping[str, Any]) -> Answer:
        record = self._memory.get("catalogue", str(body.get("maTTHC")))
        return yes([record]) if record else no(NOT_FOUND, "Không có thủ tục này")

    def agencies(self, _: Mapping[str, Any]) -> Answer:
        return yes([{"MADONVI": code, "TENDONVI": name} for code, name in AGENCIES.items()])

    def fields(self, _: Mapping[str, Any]) -> Answer:
        return yes(
            [{"MALINHVUC": code, "TENLINHVUC": name, "MANGANH": sector} for code, (name, sector) in FIELDS.items()]
        )
