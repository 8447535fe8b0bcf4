"""The connector contract, for another hub."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hub.domain.intake import admit
from hub.domain.schemas import examples
from hub.sdk.simulator import Fault
from hub.testing import house
from hub.testing.contract import Bench, ConnectorContract
from plugins.hub_peer.connector import HubPeer
from plugins.hub_peer.simulator import HubPeerSimulator


def admitted(kind: str, raw: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    document, problems = admit(kind, raw)
    assert document is not None, problems
    return kind, document["code"], document


class TestHubPeer(ConnectorContract):
    connector_class = HubPeer
    simulator_class = HubPeerSimulator
    push_path = "/v1/batch"
    plays = frozenset({Fault.ERROR_IN_200, Fault.ODD_CODE, Fault.PARTIAL_BATCH})
    unknown_code = "swallowed"
    success_codes = ("created", "updated", "unchanged")

    def settings_for(self, simulator: HubPeerSimulator) -> dict[str, Any]:
        return simulator.settings()

    def wrong_settings(self, simulator: HubPeerSimulator) -> dict[str, Any]:
        return {**simulator.settings(), "key": "lt_0123456789_another"}

    def records(self) -> list[tuple[str, str, dict[str, Any]]]:
        events = [house.event("accepted", "08:30", id="1"), house.event("processing", "09:00")]
        dossiers = [house.dossier(1, events=events), house.dossier(2), house.dossier(3, events=events[:1])]
        procedure = examples("procedure")["birth-registration"]
        return [*(admitted("dossier", each) for each in dossiers), admitted("procedure", procedure)]

    def changed(self, kind: str, key: str, document: dict[str, Any], *, number: int) -> dict[str, Any] | None:
        if kind == "procedure":
            return None
        changed = deepcopy(document)
        changed.setdefault("events", []).append(house.event("processing", f"1{number % 10}:00", content=str(number)))
        return changed

    def refused_record(self, bench: Bench) -> tuple[tuple[str, str, dict[str, Any]], str]:
        kind, key, document = admitted("dossier", house.dossier(9))
        del document["applicant"]
        return (kind, key, document), "invalid"

    def fill(self, bench: Bench) -> None:
        bench.connector.settings["page_size"] = 2
        for number in (21, 22, 23):
            _, _, document = admitted("dossier", house.dossier(number))
            bench.control("POST", "/_sim/act", {"source": "national", "kind": "dossier", "document": document})
        own = house.dossier(22, events=[house.event("accepted", "10:00", id="post-1")])
        bench.control("POST", "/_sim/act", {"source": "post", "kind": "dossier", "document": own})
