"""The contract every connector must pass."""

from civil_builders import RETURNED, dossier

from hub.sdk.simulator import Fault
from hub.testing.contract import ConnectorContract
from plugins.civil_status.connector import CivilStatusConnector
from plugins.civil_status.simulator import CivilStatusSimulator


class TestCivilStatus(ConnectorContract):
    """The ministry's officers decide at once."""

    connector_class = CivilStatusConnector
    simulator_class = CivilStatusSimulator
    push_path = "/hoso"
    plays = frozenset({Fault.EXPIRED_SESSION, Fault.ERROR_IN_200, Fault.ODD_CODE, Fault.OUT_OF_ORDER_REFUSAL})
    success_codes = ("1", 1)

    def settings_for(self, simulator):
        return simulator.settings()

    def wrong_settings(self, simulator):
        return simulator.settings() | {"password": "quite-wrong"}

    def prepare(self, bench):
        bench.control("POST", "/_sim/act", {"act": "auto", "on": True})

    def records(self):
        kinds = ("birth", "death", "marriage")
        dossiers = [dossier(kind, code=f"H56.14-260511-000{number}") for number, kind in enumerate(kinds, start=1)]
        return [("dossier", each["code"], each) for each in dossiers]

    def changed(self, kind, key, document, *, number):
        if any(event["status"] == "returned" for event in document["events"]):
            return None
        return {**document, "events": [*document["events"], RETURNED]}

    def refused_record(self, bench):
        document = dossier(code="H56.14-260511-0009")
        applicant = document["form"]["data"]["applicant"] | {"name": " "}
        document["form"] = {"code": "birth", "data": document["form"]["data"] | {"applicant": applicant}}
        return ("dossier", document["code"], document), "400"
