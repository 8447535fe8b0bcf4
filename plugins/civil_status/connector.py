"""Hands accepted births, deaths and marriages over, reports later steps, brings the ministry's decisions back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    Health,
    HealthWord,
    Incoming,
    Item,
    Outcome,
    Outgoing,
    Polls,
    Pushes,
    Recalls,
    Tools,
    Unmappable,
    ask_each,
    health_of,
    push_each,
)
from plugins.civil_status import delivering, results
from plugins.civil_status.client import Software
from plugins.civil_status.mapping import PROCEDURES, Mapped, case, is_accepted
from plugins.civil_status.reports import national_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class CivilStatusConnector(Connector, Pushes, Recalls, Polls):
    """Speaks with the civil-status software of the Ministry of Justice."""

    name = "civil_status"
    title = ("Phần mềm hộ tịch (Bộ Tư pháp)", "Civil-status software (Ministry of Justice)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        Path(__file__).with_name("settings.schema.json").read_bytes()
    )
    accepts = ("dossier",)
    emits = ("dossier",)
    batch_size = 20
    resend = "ask"
    shown_fields = frozenset(
        {"status", "errorCode", "module", "maDonVi", "maTinh", "maHoSoMCDT", "maHoSoLT", "maHoSo", "soHoSoLT"}
        | {"maDinhDanhHoSo", "trangThai", "thoiGianThucHien", "ngayTiepNhan", "hanBoSungHoSo", "coQuanXuLy", "maTTHC"}
    )

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self._software = Software(tools, settings)
        self._procedures = settings.get("procedures", PROCEDURES)

    def check(self) -> Health:
        """Ask for the state of no case at all."""
        try:
            self._software.results([], province=self.settings["province_code"], module="LTKS")
        except ConnectorError as problem:
            return health_of(problem)
        return Health(HealthWord.OK)

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Accepted dossiers of the chosen procedures whose citizen filled in the form."""
        return (
            kind in self.accepts
            and "form" in document
            and national_code(document) in self._procedures
            and is_accepted(document)
        )

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Mapped:
        """Express the dossier as a case and its later steps as reports."""
        return case(
            document,
            procedures=self._procedures,
            units=self.settings.get("units", {}),
            unit=self.settings["unit_code"],
            link=self.tools.link,
        )

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """Express the state of a case as an event of its dossier."""
        if not isinstance(item.payload, dict):
            raise Unmappable("The item is no case.")
        days = self.settings.get("supplement_days", results.SUPPLEMENT_DAYS)
        return [results.incoming(item.payload, supplement_days=days)]

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The case, the fingerprint of its declaration, the reports taken and those due."""
        memo, mapped = outgoing.acknowledged, outgoing.mapped
        return {
            "module": mapped.case["module"],
            "declaration": memo.get("digest", mapped.digest),
            "reports": [*memo.get("reports", ()), *delivering.due(memo, mapped)],
        }

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Hand over what the software has not, then report what came later, in order."""
        return push_each(batch, partial(delivering.deliver, self._software))

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask whether the software has the case; reports are safe to send again (it tells doubles apart)."""
        return ask_each(batch, partial(delivering.recalled, self._software, province=self.settings["province_code"]))

    def look_up(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask which cases the software has; which reports it took cannot be asked, so the memo is believed there."""
        return self.recall(batch)

    def poll(self, batch: Sequence[Outgoing]) -> Sequence[Item]:
        """Ask for the state of cases, one question for each module."""
        modules: dict[str, list[str]] = {}
        for outgoing in batch:
            modules.setdefault(outgoing.mapped.case["module"], []).append(outgoing.key)
        return [
            Item(value, id=f"{value['maHoSoMCDT']}:{value.get('trangThai')}:{value.get('thoiGianThucHien')}")
            for module, keys in sorted(modules.items())
            for value in self._software.results(keys, province=self.settings["province_code"], module=module)
        ]
