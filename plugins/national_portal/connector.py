"""The national portal as a partner that is told, asked, read and listened to: the story, without the words."""

from __future__ import annotations

from dataclasses import replace
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
    Outcome,
    Outgoing,
    Page,
    Pulls,
    Pushes,
    Recalls,
    Receipt,
    Receives,
    Request,
    Tools,
)
from plugins.national_portal import catalogue, dossiers, procedures, recalling
from plugins.national_portal.client import Portal
from plugins.national_portal.codes import FIND_DOSSIER, SHOWN
from plugins.national_portal.dossier import Dossier
from plugins.national_portal.mapping import dossier_out, row_order
from plugins.national_portal.mapping_catalogue import procedure_in
from plugins.national_portal.mapping_filed import filed_in
from plugins.national_portal.mapping_procedure import procedure_out
from plugins.national_portal.receiving import read_call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SWEEP = 25  # procedures read again in one pull when the list shows no change
NO_SUCH_NUMBER = "H00-000000-0000"  # asked for by `check`: a call that alters and finds nothing


class NationalPortal(Connector, Pushes, Recalls, Pulls, Receives):
    """Cổng dịch vụ công quốc gia, generation A."""

    name: ClassVar[str] = "national_portal"
    title: ClassVar[tuple[str, str]] = ("Cổng dịch vụ công quốc gia", "National public-service portal")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        Path(__file__).with_name("settings.schema.json").read_bytes()
    )
    accepts: ClassVar[tuple[str, ...]] = ("dossier", "procedure")
    emits: ClassVar[tuple[str, ...]] = ("dossier", "procedure")
    apart: ClassVar[tuple[str, ...]] = ("procedure",)  # what is published waits for approval beside the catalogue
    batch_size: ClassVar[int] = 50
    resend: ClassVar = "ask"
    shown_fields: ClassVar[frozenset[str]] = SHOWN

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self._portal = Portal(settings, tools)

    def check(self) -> Health:
        """Log in anew, then ask for a dossier that cannot exist: account, unit and destination are tried."""
        try:
            self._portal.log_in()
            self._portal.call(FIND_DOSSIER, mahoso=NO_SUCH_NUMBER)
        except CredentialsRefused as problem:
            return Health(HealthWord.MISCONFIGURED, problem.sentence)
        except (Busy, Garbled) as problem:
            return Health(HealthWord.DEGRADED, problem.sentence)
        except ConnectorError as problem:
            return Health(HealthWord.DOWN, problem.sentence)
        return Health(HealthWord.OK)

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """All dossiers; procedures where the settings say so."""
        if kind == "procedure":
            return bool(self.settings.get("publish_procedures", True))
        return kind in self.accepts

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """Express a record in the portal's words."""
        if kind == "procedure":
            return procedure_out(document)
        return dossier_out(document, channel=self.tools.channel, link=self.tools.link)

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """A pulled procedure, or a dossier that was filed on the portal."""
        if "record" in item.payload:
            return [Incoming("procedure", procedure_in(item.payload))]
        return [Incoming("dossier", filed_in(item.payload))]

    def push(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Procedures, then dossiers."""
        ours = [outgoing for outgoing in batch if outgoing.kind == "procedure"]
        others = [outgoing for outgoing in batch if outgoing.kind != "procedure"]
        return [*procedures.push(self._portal, ours), *dossiers.push(self._portal, others, self.tools.log)]

    def recall(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Look dossiers up; procedures are simply sent again."""
        ours = [outgoing for outgoing in batch if outgoing.kind == "procedure"]
        others = [outgoing for outgoing in batch if outgoing.kind != "procedure"]
        return [*procedures.recall(ours), *recalling.recall(self._portal, others)]

    def look_up(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Look dossiers up one by one: no service lists them. Published procedures cannot be asked about at all."""
        ours = [outgoing for outgoing in batch if outgoing.kind == "procedure"]
        others = [replace(each, acknowledged={}) for each in batch if each.kind != "procedure"]
        return [*procedures.looked_up(ours), *recalling.recall(self._portal, others)]

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """What the simulator's `/_sim/holdings` shows for this record."""
        mapped = outgoing.mapped
        if outgoing.kind == "procedure":
            return procedures.holding(outgoing)
        if Dossier(outgoing).undecided():
            return None
        return {
            "dossier": mapped["dossier"],
            "progress": sorted((one["row"] for one in mapped["progress"]), key=row_order),
            "decision": mapped["decision"] and mapped["decision"]["row"],
        }

    def pull(self, cursor: str | None) -> Page:
        """Procedures that are new or changed."""
        if not self.settings.get("pull_procedures", True):
            return Page([], cursor)
        sweep = int(self.settings.get("sweep", SWEEP))
        return catalogue.pull(self._portal, cursor, clock=self.tools.clock, sweep=sweep, log=self.tools.log)

    def receive(self, request: Request) -> Receipt:
        """A dossier a citizen filed online; authentic by a bearer token the portal was given (assumed)."""
        return read_call(request, self.settings.get("inbound_tokens", ()))
