"""The echo partner passes the contract, so that the contract is known to be passable."""

from __future__ import annotations

import orjson

from hub.domain.intake import admit
from hub.domain.schemas import examples
from hub.sdk import Request, signing
from hub.testing.contract import ConnectorContract
from hub.testing.partner import EchoConnector, EchoSimulator
from hub.testing.partner.simulator import SECRET

DOSSIERS = list(examples("dossier").values())
KEYS = {"dossier": "code", "procedure": "code", "postal_order": "number"}
ADMITTED = [(kind, admit(kind, raw)[0]) for kind in KEYS for raw in examples(kind).values()]
BY_NAME = {(kind, document[KEYS[kind]]): document for kind, document in ADMITTED}
RECORDS = [(*name, document) for name, document in BY_NAME.items()]


class TestEcho(ConnectorContract):
    connector_class = EchoConnector
    simulator_class = EchoSimulator
    push_path = "/put"
    success_codes = ("0", 0, "00")

    def settings_for(self, simulator):
        return {"url": simulator.url, "secret": SECRET}

    def wrong_settings(self, simulator):
        return {"url": simulator.url, "secret": "whsec_d3Jvbmc="}

    def records(self):
        return RECORDS

    def changed(self, kind, key, document, *, number):
        return {**document, "note" if kind == "dossier" else "x_note": f"change {number}"}

    def refused_record(self, bench):
        bench.control("POST", "/_sim/act", {"refuse": f"dossier/{RECORDS[0][1]}"})
        return RECORDS[0], "2"

    def fill(self, bench):
        for dossier in DOSSIERS:
            bench.control("POST", "/_sim/act", {"feed": {"dossier": dossier}})

    def receivable(self, bench):
        body = orjson.dumps({"dossier": DOSSIERS[0]})
        headers = signing.headers([SECRET], message_id="m1", at=bench.clock.now(), body=body)
        return Request("POST", "/", headers, body)

    def wrong_requests(self, bench):
        right = self.receivable(bench)
        return [Request("POST", "/", right.headers, b"{}"), Request("POST", "/", {}, right.body)]
