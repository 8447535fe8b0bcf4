"""The connector contract, for VNPost."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hub.testing.contract import Bench, ConnectorContract
from plugins.postal.connector import Postal
from plugins.postal.simulator import PostalSimulator
from tests.plugins.postal.examples import postal_order


class TestPostal(ConnectorContract):
    connector_class = Postal
    simulator_class = PostalSimulator
    push_path = "/vnpost/1.0/order"
    unknown_code = 987
    success_codes = (100, "100")

    def settings_for(self, simulator: PostalSimulator) -> dict[str, Any]:
        return simulator.settings()

    def wrong_settings(self, simulator: PostalSimulator) -> dict[str, Any]:
        return {**simulator.settings(), "consumer_secret": "not-the-secret"}

    def records(self) -> list[tuple[str, str, dict[str, Any]]]:
        legs = [("return",), ("pickup",), ("pickup", "return"), ("return",)]
        documents = [postal_order(number, legs=each) for number, each in enumerate(legs, start=1)]
        return [("postal_order", document["number"], document) for document in documents]

    def changed(self, kind: str, key: str, document: dict[str, Any], *, number: int) -> dict[str, Any] | None:
        changed = deepcopy(document)
        for leg in changed["legs"].values():
            if "cancelled_at" not in leg:
                leg["cancelled_at"] = "2026-05-14T10:00:00+07:00"
                return changed
        return None

    def refused_record(self, bench: Bench) -> tuple[tuple[str, str, dict[str, Any]], str]:
        document = postal_order(9)
        document["legs"]["return"]["receiver"]["phone"] = ""
        return ("postal_order", document["number"], document), "201"

    def fill(self, bench: Bench) -> None:
        bench.connector.settings["page_size"] = 2
        for record in self.records():
            bench.driver.publish(*record)
        bench.driver.run()
        for number, status in (("H56.14-260514-0001", 4), ("H56.14-260514-0001", 6), ("H56.14-260514-0002-P", 999)):
            bench.control("POST", "/_sim/act", {"act": "scan", "order": number, "status": status, "message": "…"})
