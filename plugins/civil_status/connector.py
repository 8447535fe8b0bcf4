"""Hands accepted births, deaths and marriages over, reports later steps, brings the ministry's decisions back.

The memo: `created` the software has the case; `digest` of the declaration it took; `offered` the last one it was
offered; `reports` the trangThai it took, in order; `events` keys of the steps that need no more telling.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Busy,
    Connector,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    Health,
    HealthWord,
    Incoming,
    Item,
    NotSent,
    Outcome,
    OutcomeWord,
    Outgoing,
    Polls,
    Pushes,
    Reason,
    Recalls,
    Tools,
    Unmappable,
    deferred,
    delivered,
    unknown,
)
from plugins.civil_status import answers, results
from plugins.civil_status.client import Software
from plugins.civil_status.mapping import PROCEDURES, Mapped, Report, case, is_accepted, national_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_TAKEN = {NotSent: Reason.UNREACHABLE, Busy: Reason.BUSY, CredentialsRefused: Reason.CREDENTIALS}


class CivilStatusConnector(Connector, Pushes, Recalls, Polls):
    """Speaks with the civil-status software of the Ministry of Justice."""

    name = "civil_status"
    title = ("Phần mềm hộ tịch (Bộ Tư pháp)", "Civil-status software (Ministry of Justice)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        Path(__file__).with_name("settings.schema.json").read_bytes()
    )
    accepts = ("dossier",)
    emits = ("dossier",)
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
        except CredentialsRefused as problem:
            return Health(HealthWord.MISCONFIGURED, problem.sentence)
        except Garbled as problem:
            return Health(HealthWord.DEGRADED, problem.sentence)
        except ConnectorError as problem:
            return Health(HealthWord.DOWN, problem.sentence)
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
        due = [report.status for report in _due(memo, mapped)]
        return {
            "module": mapped.case["module"],
            "declaration": memo.get("digest", mapped.digest),
            "reports": [*memo.get("reports", ()), *due],
        }

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Hand over what the software has not, then report what came later, in order."""
        return [self._one(outgoing) for outgoing in batch]

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask whether the software has the case; reports are safe to send again (it tells doubles apart)."""
        return [self._recalled(outgoing) for outgoing in batch]

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

    def _one(self, outgoing: Outgoing) -> Outcome:
        memo, mapped = dict(outgoing.acknowledged), outgoing.mapped
        try:
            if memo.get("offered") != mapped.digest:
                refusal = self._hand_over(outgoing, mapped, memo)
                if refusal:
                    return refusal
            for report in _due(memo, mapped):
                refusal = self._report(outgoing, report, memo)
                if refusal:
                    return refusal
        except ConnectorError as problem:
            if memo == outgoing.acknowledged:
                raise
            return _broken_off(outgoing, problem, memo)
        return delivered(outgoing, acknowledged=memo)

    def _hand_over(self, outgoing: Outgoing, mapped: Mapped, memo: dict[str, Any]) -> Outcome | None:
        """Send the case and write into the memo what the software then holds; return a refusal or None."""
        answer = self._software.hand_over(mapped.case)
        word, reason, code = answers.taken(answer)
        if word is not OutcomeWord.DELIVERED:
            detail = "The software did not take the case."
            return Outcome(outgoing.delivery_id, word, reason, code, detail, acknowledged=memo)
        took = not answers.is_double(str(answer.get("errorDescription") or answer.get("statusDescription")))
        memo["created"], memo["offered"] = True, mapped.digest
        if took or "digest" not in memo:
            memo["digest"] = mapped.digest
        return None

    def _report(self, outgoing: Outgoing, report: Report, memo: dict[str, Any]) -> Outcome | None:
        answer = self._software.report(report.body)
        word, reason = answers.spoken(answer)
        if word is not OutcomeWord.DELIVERED:
            detail = f"The software did not take the report {report.status}."
            return Outcome(outgoing.delivery_id, word, reason, None, detail, acknowledged=memo)
        memo["events"] = [*memo.get("events", ()), report.event]
        if not answers.is_closed(answer):
            memo["reports"] = [*memo.get("reports", ()), report.status]
        return None

    def _recalled(self, outgoing: Outgoing) -> Outcome:
        memo, mapped = dict(outgoing.acknowledged), outgoing.mapped
        province = self.settings["province_code"]
        held = self._software.results([outgoing.key], province=province, module=mapped.case["module"])
        if not held:
            return deferred(outgoing, Reason.UNANSWERED, detail="The software does not have the case.", acknowledged={})
        if not memo.get("created"):
            memo |= {"created": True, "digest": mapped.digest, "offered": mapped.digest}
        if memo["offered"] == mapped.digest and not _due(memo, mapped):
            return delivered(outgoing, acknowledged=memo)
        detail = "The software has the case; what came later is told again."
        return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)


def _due(memo: Mapping[str, Any], mapped: Mapped) -> list[Report]:
    told = set(memo.get("events", ()))
    return [report for report in mapped.reports if report.event not in told]


def _broken_off(outgoing: Outgoing, problem: ConnectorError, memo: Mapping[str, Any]) -> Outcome:
    """A call failed after an earlier one went through: the part is kept."""
    for kind, reason in NOT_TAKEN.items():
        if isinstance(problem, kind):
            wait = problem.retry_after
            return deferred(outgoing, reason, detail=problem.sentence, acknowledged=memo, retry_after=wait)
    return unknown(outgoing, Reason.UNANSWERED, detail=problem.sentence, code=problem.code, acknowledged=memo)
