"""A provincial portal as a partner: the dossier first, then each step once; procedures published and read back."""

from __future__ import annotations

from importlib.resources import files
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
    NotSent,
    Outcome,
    OutcomeWord,
    Outgoing,
    Pushes,
    Reason,
    Recalls,
    Rejecting,
    Unanswered,
    deferred,
    delivered,
    unknown,
)
from plugins.province_portal import mapping, mapping_procedure
from plugins.province_portal.client import Client
from plugins.province_portal.codes import Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Tools
    from plugins.province_portal.client import Said

# What an answer that is not a yes means.
ANSWERS: Mapping[Meaning, tuple[OutcomeWord, Reason, str]] = {
    Meaning.PARTLY: (OutcomeWord.UNKNOWN, Reason.UNANSWERED, "The portal says it took a part."),
    Meaning.DATA: (OutcomeWord.REJECTED, Reason.DATA, "The portal refuses the content."),
    Meaning.NOT_FOUND: (
        OutcomeWord.UNKNOWN,
        Reason.ORDER,
        "The portal says it does not have the dossier.",
    ),  # ask first
    Meaning.ORDER: (OutcomeWord.DEFERRED, Reason.ORDER, "The portal wants something else first."),
    Meaning.TEMPORARY: (OutcomeWord.DEFERRED, Reason.BUSY, "The portal tells a temporary error."),
}
ODD = (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE, "The portal answered with a status no table knows.")
# What a broken line means for the one delivery it hit (the tree of hub.sdk.errors); the rest of the batch waits.
LINE: Sequence[tuple[type[ConnectorError], OutcomeWord, Reason, HealthWord]] = (
    (Busy, OutcomeWord.DEFERRED, Reason.BUSY, HealthWord.DEGRADED),
    (CredentialsRefused, OutcomeWord.DEFERRED, Reason.CREDENTIALS, HealthWord.MISCONFIGURED),
    (NotSent, OutcomeWord.DEFERRED, Reason.UNREACHABLE, HealthWord.DOWN),
    (Unanswered, OutcomeWord.UNKNOWN, Reason.UNANSWERED, HealthWord.DOWN),
    (Rejecting, OutcomeWord.REJECTED, Reason.DATA, HealthWord.DEGRADED),
    (Garbled, OutcomeWord.UNKNOWN, Reason.GARBLED, HealthWord.DEGRADED),
)
NOBODYS_CODE = "H00-000101-0000"  # what `check` asks for: a dossier that cannot be


class ProvincePortal(Connector, Pushes, Recalls):
    """The older Document API of the provinces' gateways, and procedures published upstream.

    The memo: {"created": bool, "digest": of the last document or record taken, "events": keys of the steps taken}.
    """

    name = "province_portal"
    title = ("Cổng dịch vụ công cấp tỉnh (LGSP)", "Provincial portal (LGSP)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        files(__package__).joinpath("settings.schema.json").read_bytes()
    )
    accepts = ("dossier", "procedure")
    batch_size = 20
    resend = "ask"
    shown_fields = frozenset(
        {"Status", "status", "DocCode", "DocTypeCode", "DateCreated", "DateReceived", "DateAppointed", "SuccessDate"}
        | {"ReturnedDate", "FinishedDate", "ReturnedType", "OrganInchargeIdLevel1", "OrganizationInchargeIdLevel1"}
        | {"MATTHC", "TRANGTHAI", "PHIENBAN", "MACOQUANCONGBO", "expires_in", "token_type"}
    )

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self.client = Client(settings, tools)

    def check(self) -> Health:
        """Ask for a dossier that cannot be there: "not found" is a healthy answer."""
        try:
            said = self.client.get_document(NOBODYS_CODE)
        except ConnectorError as problem:
            return Health(_line(problem)[2], problem.sentence)
        if said.meaning in {Meaning.TAKEN, Meaning.NOT_FOUND}:
            return Health(HealthWord.OK)
        return Health(HealthWord.DEGRADED, ANSWERS.get(said.meaning, ODD)[2])

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Procedures unless switched off; dossiers of the agencies in the settings."""
        if kind == "procedure":
            return bool(self.settings.get("procedures", True))
        prefixes = self.settings.get("agencies")
        if kind != "dossier" or prefixes is None:
            return kind == "dossier"
        ids = [document["agencies"][role]["id"] for role in ("received", "competent")]
        return any(each == prefix or each.startswith(f"{prefix}.") for each in ids for prefix in prefixes)

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """{"document", "traces": [[key, trace]…]} for a dossier, {"record"} for a procedure."""
        if kind == "procedure":
            return {"record": mapping_procedure.procedure_out(document)}
        return {
            "document": mapping.document_out(document, self.tools.link),
            "traces": mapping.traces_out(document, self.tools.channel),
        }

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The record of a procedure; the document and the steps of a dossier."""
        mapped = self.map_out(outgoing.kind, outgoing.document)
        if outgoing.kind == "procedure":
            return dict(mapped["record"])
        traces = mapping.in_order(trace for _, trace in mapped["traces"])
        return {"document": mapped["document"], "traces": traces}

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Make the records equal one by one; when the line breaks, what was not tried yet waits."""
        outcomes: list[Outcome] = []
        broken: ConnectorError | None = None
        for outgoing in batch:
            memo = _memo(outgoing)
            if broken is not None:
                detail = "Not tried: the line to the portal broke earlier in this batch."
                outcomes.append(deferred(outgoing, _line(broken)[1], detail=detail, retry_after=broken.retry_after))
                continue
            try:
                make_equal = self._publish if outgoing.kind == "procedure" else self._tell
                outcomes.append(make_equal(outgoing, memo))
            except ConnectorError as problem:
                outcomes.append(_of_line(outgoing, problem, memo))
                broken = None if isinstance(problem, Rejecting) else problem
        return outcomes

    def _tell(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        """The dossier when it changed, then every step the portal does not have."""
        document = outgoing.mapped["document"]
        mark = mapping.digest(document)
        if not memo["created"] or memo["digest"] != mark:
            said = self.client.sync_document(document)
            if said.meaning is not Meaning.TAKEN:
                return _no(outgoing, said, memo)
            memo |= {"created": True, "digest": mark}
        for key, trace in outgoing.mapped["traces"]:
            if key in memo["events"]:
                continue
            said = self.client.add_trace(trace)
            if said.meaning is not Meaning.TAKEN:
                return _no(outgoing, said, memo)
            memo["events"].append(key)
        return delivered(outgoing, acknowledged=memo)

    def _publish(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        """Send the procedure and read it back: the portal's yes is believed only then."""
        record = outgoing.mapped["record"]
        mark = mapping.digest(record)
        if memo["created"] and memo["digest"] == mark:
            return delivered(outgoing, acknowledged=memo)
        said = self.client.sync_procedure(record)
        if said.meaning is not Meaning.TAKEN:
            return _no(outgoing, said, memo)
        memo |= {"created": True, "digest": None}
        held, no = self._read_back(outgoing, memo)
        if no is not None:
            return no
        if held is None or not mapping.holds(held, record):
            detail = "The portal accepted the procedure but does not show it as published."
            return unknown(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)
        return delivered(outgoing, acknowledged=memo | {"digest": mark})

    def _read_back(
        self, outgoing: Outgoing, memo: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any] | None, Outcome | None]:
        """Return the record the portal shows (None: none), or the outcome when that cannot be told."""
        said = self.client.get_procedure(outgoing.mapped["record"]["MATTHC"])
        if said.meaning is Meaning.NOT_FOUND:
            return None, None
        if said.meaning is not Meaning.TAKEN:
            detail = "The portal's answer to the question what it holds is no answer."
            return None, unknown(outgoing, Reason.UNKNOWN_CODE, detail=detail, code=said.code, acknowledged=memo)
        return mapping_procedure.record_in(said.message), None

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask what the portal holds of each record."""
        outcomes: list[Outcome] = []
        broken: ConnectorError | None = None
        for outgoing in batch:
            try:
                if broken is not None:
                    raise broken
                look = self._look_at_procedure if outgoing.kind == "procedure" else self._look_at_dossier
                outcomes.append(look(outgoing, _memo(outgoing)))
            except ConnectorError as problem:
                broken = problem
                detail = f"The portal could not be asked: {problem.sentence}"
                outcomes.append(unknown(outgoing, _line(problem)[1], detail=detail, code=problem.code))
        return outcomes

    def _look_at_dossier(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        document, steps = outgoing.mapped["document"], outgoing.mapped["traces"]
        said = self.client.get_document(document["DocCode"])
        if said.meaning is Meaning.NOT_FOUND:
            return _missing(outgoing, {"created": False, "digest": None, "events": []})
        held, traces = said.body.get("Document"), said.body.get("Traces")
        if said.meaning is not Meaning.TAKEN or not isinstance(held, dict) or not isinstance(traces, list):
            detail = "The portal's answer to the question what it holds is no answer."
            return unknown(outgoing, Reason.UNKNOWN_CODE, detail=detail, code=said.code)
        memo["created"] = True
        memo["digest"] = mapping.digest(document) if mapping.holds(held, document) else None
        memo["events"] = mapping.found_keys(steps, traces, memo["events"])
        if memo["digest"] is None or len(memo["events"]) < len(steps):
            return _missing(outgoing, memo)
        return delivered(outgoing, acknowledged=memo)

    def _look_at_procedure(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        record = outgoing.mapped["record"]
        held, no = self._read_back(outgoing, memo)
        if no is not None:
            return no
        memo["created"] = held is not None
        memo["digest"] = mapping.digest(record) if held is not None and mapping.holds(held, record) else None
        if memo["digest"] is None:
            return _missing(outgoing, memo)
        return delivered(outgoing, acknowledged=memo)


def _memo(outgoing: Outgoing) -> dict[str, Any]:
    given = outgoing.acknowledged
    return {
        "created": bool(given.get("created")),
        "digest": given.get("digest"),
        "events": list(given.get("events", ())),
    }


def _missing(outgoing: Outgoing, memo: Mapping[str, Any]) -> Outcome:
    detail = "The portal does not hold all of it."
    return deferred(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)


def _no(outgoing: Outgoing, said: Said, memo: Mapping[str, Any]) -> Outcome:
    word, reason, sentence = ANSWERS.get(said.meaning, ODD)
    return Outcome(outgoing.delivery_id, word, reason, said.code, sentence, acknowledged=memo)


def _line(problem: ConnectorError) -> tuple[OutcomeWord, Reason, HealthWord]:
    return next(tuple(row[1:]) for row in LINE if isinstance(problem, row[0]))  # type: ignore[return-value]


def _of_line(outgoing: Outgoing, problem: ConnectorError, memo: Mapping[str, Any]) -> Outcome:
    word, reason, _ = _line(problem)
    return Outcome(
        outgoing.delivery_id,
        word,
        reason,
        problem.code,
        problem.sentence,
        acknowledged=memo,
        retry_after=problem.retry_after,
    )
