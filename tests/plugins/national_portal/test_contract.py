"""The connector contract, for the national portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hub.sdk import Request
from hub.testing.contract import Bench, ConnectorContract
from plugins.national_portal.connector import NationalPortal
from plugins.national_portal.simulator import NationalPortalSimulator
from plugins.national_portal.simulator_acts import filed_message
from tests.plugins.national_portal.examples import born_there, dossier, procedure, with_step

Record = tuple[str, str, dict[str, Any]]


class TestNationalPortal(ConnectorContract):
    connector_class = NationalPortal
    simulator_class = NationalPortalSimulator
    push_path = "/mapi/g"
    success_codes = (0, "0", "00")
    steps = 40

    def settings_for(self, simulator: NationalPortalSimulator) -> dict[str, Any]:
        return simulator.settings()

    def wrong_settings(self, simulator: NationalPortalSimulator) -> dict[str, Any]:
        return {**simulator.settings(), "password": "not-the-password"}

    def records(self) -> list[Record]:
        dossiers = [dossier(number, steps=number) for number in range(1, 5)] + [born_there(1), born_there(2, steps=4)]
        return [("dossier", each["code"], each) for each in dossiers] + [
            ("procedure", each["code"], each) for each in (procedure(), procedure("2.000635"))
        ]

    def changed(self, kind: str, key: str, document: dict[str, Any], *, number: int) -> dict[str, Any] | None:
        if kind == "procedure":
            return {**document, "version": f"lần {number}"}
        return with_step(document, 100 + number, at=f"2026-05-15T08:{number:02}:00+07:00")

    def refused_record(self, bench: Bench) -> tuple[Record, str]:
        document = dossier(9)
        document["procedure"]["name"] = ""
        document["summary"] = "Tên thủ tục bị bỏ trống"
        return ("dossier", document["code"], document), "2"

    def prepare(self, bench: Bench) -> None:
        for number in (1, 2):
            document = born_there(number)
            bench.simulator.memory.put("filed", document["code"], {"national": document["numbers"]["national"]})
            bench.simulator.memory.put("national", document["numbers"]["national"], document["code"])

    def fill(self, bench: Bench) -> None:
        for number in range(45):
            bench.control("POST", "/_sim/act", {"act": "change_procedure", "code": f"1.9{number:05}"})

    def receivable(self, bench: Bench) -> Request:
        body = orjson.dumps(filed_message(7, bench.clock.now(), {}))
        token = bench.connector.settings["inbound_tokens"][0]
        return Request("POST", "", {"authorization": f"Bearer {token}"}, body)

    def wrong_requests(self, bench: Bench) -> Sequence[Request]:
        right = self.receivable(bench)
        return [
            Request("POST", "", {}, right.body),
            Request("POST", "", {"authorization": "Bearer "}, right.body),
            Request("POST", "", {"authorization": "Bearer not-the-token-at-all"}, right.body),
            Request("POST", "", right.headers, b"<xml/>"),
            Request("POST", "", right.headers, b"[]"),
            Request("POST", "/elsewhere", right.headers, right.body),
        ]

    def doubles(self, effects: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Only progress rows and creations count: an update, a decision, a publication replaces what is there."""
        lasting = [
            effect for effect in effects if effect["shelf"] == "progress" or effect["what"].get("isUpdating") == "False"
        ]
        return super().doubles(lasting)
