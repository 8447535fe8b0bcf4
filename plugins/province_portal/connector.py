"""A provincial portal as a partner: the dossier first, then each step once; procedures published and read back."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    Health,
    HealthWord,
    Outcome,
    Outgoing,
    Pushes,
    Recalls,
    ask_each,
    health_of,
    push_each,
)
from plugins.province_portal.client import Client
from plugins.province_portal.codes import Meaning
from plugins.province_portal.dossiers import Dossiers
from plugins.province_portal.mapping import document_out, traces_out
from plugins.province_portal.mapping_compare import in_order
from plugins.province_portal.mapping_procedure import procedure_out
from plugins.province_portal.procedures import Procedures
from plugins.province_portal.replies import ANSWERS, ODD, memo_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Tools

NOBODYS_CODE = "H00-000101-0000"  # what `check` asks for: a dossier that cannot be


class ProvincePortal(Connector, Pushes, Recalls):
    """The older Document API of the provinces' gateways, and procedures published upstream."""

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
        self.dossiers = Dossiers(self.client)
        self.procedures = Procedures(self.client)

    def check(self) -> Health:
        """Ask for a dossier that cannot be there: "not found" is a healthy answer."""
        try:
            said = self.client.get_document(NOBODYS_CODE)
        except ConnectorError as problem:
            return health_of(problem)
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
            return {"record": procedure_out(document)}
        return {
            "document": document_out(document, self.tools.link),
            "traces": traces_out(document, self.tools.channel),
        }

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The record of a procedure; the document and the steps of a dossier."""
        mapped = self.map_out(outgoing.kind, outgoing.document)
        if outgoing.kind == "procedure":
            return dict(mapped["record"])
        traces = in_order(trace for _, trace in mapped["traces"])
        return {"document": mapped["document"], "traces": traces}

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Make the records equal one by one: the portal takes one a call."""
        return push_each(batch, lambda outgoing, memo: self._subject(outgoing).push(outgoing, memo), memo_of=memo_of)

    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask what the portal holds of each record."""
        return ask_each(batch, lambda outgoing, memo: self._subject(outgoing).recall(outgoing, memo), memo_of=memo_of)

    def _subject(self, outgoing: Outgoing) -> Dossiers | Procedures:
        return self.procedures if outgoing.kind == "procedure" else self.dossiers
