"""The connector contract, for a provincial portal."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hub.testing.contract import Bench, ConnectorContract
from plugins.province_portal.connector import ProvincePortal
from plugins.province_portal.simulator import ProvincePortalSimulator
from tests.plugins.province_portal.examples import dossier, event, procedure


class TestProvincePortal(ConnectorContract):
    connector_class = ProvincePortal
    simulator_class = ProvincePortalSimulator
    unknown_code = 987
    success_codes = (200, "200")

    def settings_for(self, simulator: ProvincePortalSimulator) -> dict[str, Any]:
        return simulator.settings()

    def wrong_settings(self, simulator: ProvincePortalSimulator) -> dict[str, Any]:
        return {**simulator.settings(), "consumer_secret": "not-the-secret"}

    def records(self) -> list[tuple[str, str, dict[str, Any]]]:
        dossiers = [dossier(number, steps=number) for number in range(1, 4)]
        return [
            *(("dossier", each["code"], each) for each in dossiers),
            ("procedure", "1.001193", procedure()),
        ]

    def changed(self, kind: str, key: str, document: dict[str, Any], *, number: int) -> dict[str, Any]:
        changed = deepcopy(document)
        if kind == "procedure":
            return {**changed, "version": f"1.{number}"}
        changed["events"].append(event(number + 10, "processing"))
        return changed

    def refused_record(self, bench: Bench) -> tuple[tuple[str, str, dict[str, Any]], str]:
        document = dossier(9)
        document["applicant"]["name"] = ""
        return ("dossier", document["code"], document), "400"
