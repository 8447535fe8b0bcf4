"""Small dossiers and deliveries for the tests of the SMS connector."""

from datetime import UTC, datetime

from hub.sdk import Http, Outgoing, Timeouts, Tools
from plugins.sms.connector import SmsConnector

NINE = datetime(2026, 5, 14, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam
KEY = "H56.14-260511-0007"


class FixedClock:
    """Says the time it is told."""

    def __init__(self, at=NINE):
        self.at = at

    def now(self):
        return self.at


def event(status, at, key=None):
    return {"status": status, "occurred_at": at, "source": "mc", "key": key or f"mc/{status}-{at}"}


def dossier(*events, phone="0901 234 567", **more):
    return {
        "code": KEY,
        "procedure": {"code": "1.001193", "national_code": "1.001193", "name": "Đăng ký khai sinh"},
        "agencies": {
            "received": {"id": "H56.14", "name": "UBND phường Hạc Thành"},
            "competent": {"id": "H56.14", "name": "UBND phường Hạc Thành"},
        },
        "applicant": {"type": "citizen", "name": "Lê Thị Đào"} | ({"phone": phone} if phone else {}),
        "channel": "counter",
        "due_at": "2026-05-18T17:00:00+07:00",
        "events": list(events),
        **more,
    }


def connector(simulator, clock=None, **settings):
    tools = Tools("sms", http=Http(Timeouts(1, 2, 4), shown=SmsConnector.shown_fields), clock=clock or FixedClock())
    return SmsConnector(simulator.settings() | settings, tools)


def outgoing(connector, document, memo=None, *, version=1, acknowledged_version=None):
    mapped = connector.map_out("dossier", document)
    return Outgoing(1, "sms", "dossier", KEY, version, document, mapped, acknowledged_version, memo or {})


def push(connector, document, memo=None, **versions):
    (outcome,) = connector.push([outgoing(connector, document, memo, **versions)])
    return outcome
