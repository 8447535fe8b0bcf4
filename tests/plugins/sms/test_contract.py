"""The contract every connector must pass."""

from sms_builders import dossier, event

from hub.sdk.simulator import Fault
from hub.testing.contract import ConnectorContract
from plugins.sms.connector import SmsConnector
from plugins.sms.simulator import SmsSimulator


class TestSms(ConnectorContract):
    """The gateway has no order, no sessions and no batches."""

    connector_class = SmsConnector
    simulator_class = SmsSimulator
    push_path = "/bulkapi"
    plays = frozenset({Fault.ERROR_IN_200, Fault.ODD_CODE})
    success_codes = ("1",)

    def settings_for(self, simulator):
        return simulator.settings()

    def wrong_settings(self, simulator):
        return simulator.settings() | {"password": "quite-wrong"}

    def records(self):
        return [
            ("dossier", code, dossier(event(status, "2026-05-13T10:00:00+07:00")) | {"code": code})
            for code, status in (("H56.14-260511-0007", "accepted"), ("H56.14-260511-0008", "finished"))
        ]

    def changed(self, kind, key, document, *, number):
        return {**document, "events": [*document["events"], event("finished", f"2026-05-14T07:{number:02}:00+07:00")]}

    def refused_record(self, bench):
        kind, key, document = self.records()[0]
        bench.simulator.approved = {}
        return (kind, key, document), "0"
