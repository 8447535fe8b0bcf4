"""The echo partner passes the contract, so that the contract is known to be passable."""

from __future__ import annotations

import orjson

from hub.sdk import Request, signing
from hub.testing.contract import ConnectorContract
from hub.testing.partner import EchoConnector, EchoSimulator
from hub.testing.partner.simulator import SECRET


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
        dossiers = [("dossier", f"H56-260514-{n:04}", {"code": f"H56-260514-{n:04}", "events": []}) for n in range(4)]
        return [*dossiers, ("procedure", "1.001193", {"code": "1.001193"}), ("postal_order", "A1", {"number": "A1"})]

    def changed(self, kind, key, document, *, number):
        return {**document, "note": f"change {number}"}

    def refused_record(self, bench):
        bench.control("POST", "/_sim/act", {"refuse": "dossier/H56-260514-0000"})
        return self.records()[0], "2"

    def fill(self, bench):
        for n in range(5):
            bench.control("POST", "/_sim/act", {"feed": {"dossier": {"code": f"H56-{n}"}}})

    def receivable(self, bench):
        body = orjson.dumps({"dossier": {"code": "H56-1"}})
        headers = signing.headers([SECRET], message_id="m1", at=bench.clock.now(), body=body)
        return Request("POST", "/", headers, body)

    def wrong_requests(self, bench):
        right = self.receivable(bench)
        return [Request("POST", "/", right.headers, b"{}"), Request("POST", "/", {}, right.body)]
