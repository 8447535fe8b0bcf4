"""The simulated portal's desk for dossiers: all or nothing per call, and a refusal names the dossier at fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.national_portal import simulator_rules as rules
from plugins.national_portal.formats import canonical_number, digest
from plugins.national_portal.simulator_words import DATA, EXISTS, EXISTS_TOO, NOT_FOUND, Answer, no, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator import Memory


class DossierDesk:
    """Takes dossiers, progress and decisions, and is asked about them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.names_numbers = True  # whether a refusal names the dossiers; not every portal does

    def take_dossiers(self, body: Mapping[str, Any]) -> Answer:
        updating, rows = body.get("isUpdating"), body.get("data")
        if updating not in {"True", "False"}:
            return no(DATA, 'isUpdating phải là chuỗi "True" hoặc "False"')
        if refusal := rules.dossiers_refused(rows):
            return no(DATA, self._told(refusal))
        numbers = {canonical_number(row["MaHoSo"]): row for row in rows or ()}
        there = {number for number in numbers if self._is_there(number)}
        if updating == "False" and there:
            named = ", ".join(row["MaHoSo"] for number, row in numbers.items() if number in there)
            return no(EXISTS if len(there) % 2 else EXISTS_TOO, self._told(f"Hồ sơ {named} đã tồn tại"))
        if updating == "True" and there != numbers.keys():
            named = ", ".join(row["MaHoSo"] for number, row in numbers.items() if number not in there)
            return no(NOT_FOUND, self._told(f"Hồ sơ {named} chưa có trên Cổng"))
        for number, row in numbers.items():
            self._memory.put("dossier", number, row)
            self._memory.effect("dossier", number, {"isUpdating": updating, "print": digest(row)})
        return yes()

    def _is_there(self, number: str) -> bool:
        """A dossier born here may be updated once the office has answered it."""
        filed = self._memory.get("filed", number)
        return bool(self._memory.get("dossier", number) or (filed and filed.get("decision")))

    def take_progress(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get("data")
        if refusal := rules.progress_refused(rows):
            return no(DATA, self._told(refusal))
        missing = [
            row["MaHoSo"] for row in rows or () if not self._memory.get("dossier", canonical_number(row["MaHoSo"]))
        ]
        if missing:
            return no(NOT_FOUND, self._told(f"Hồ sơ {missing[0]} chưa có trên Cổng"))
        for row in rows or ():
            number = canonical_number(row["MaHoSo"])
            self._memory.put("progress", number, [*(self._memory.get("progress", number) or []), row])
            self._memory.effect("progress", number, {"TrangThai": row["TrangThai"], "print": digest(row)})
        return yes()

    def take_decisions(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get("data")
        if refusal := rules.decisions_refused(body.get("type"), rows):
            return no(DATA, self._told(refusal))
        named = {row["MaHoSo"]: self._memory.get("national", row["MaHoSo"]) for row in rows or ()}
        missing = [national for national, number in named.items() if number is None]
        if missing:
            return no(NOT_FOUND, self._told(f"Hồ sơ {missing[0]} không do công dân nộp trên Cổng"))
        for row in rows or ():
            number = named[row["MaHoSo"]]
            self._memory.put("filed", number, self._memory.get("filed", number) | {"decision": row})
            self._memory.effect("decision", number, {"TrangThai": row["TrangThai"], "print": digest(row)})
        return yes()

    def find(self, body: Mapping[str, Any]) -> Answer:
        number = canonical_number(str(body.get("mahoso")))
        core, filed = self._memory.get("dossier", number), self._memory.get("filed", number) or {}
        if core is None and not filed:
            return no(NOT_FOUND, "Không tìm thấy hồ sơ")
        told = {"TienDo": self._memory.get("progress", number) or [], "QuyetDinh": filed.get("decision")}
        return yes([(core or {"MaHoSo": number, "TrangThaiHoSo": "1"}) | told])

    def _told(self, sentence: str) -> str:
        if self.names_numbers:
            return sentence
        return "Dữ liệu đã tồn tại" if sentence.endswith("đã tồn tại") else "Dữ liệu không hợp lệ"
