"""Connectors that each break one promise, and the test of the contract that must find it out.

Not collected by itself: `test_contract.py` runs it and expects the failures.
"""

from __future__ import annotations

from hub.sdk import (
    Health,
    HealthWord,
    NotSent,
    Outcome,
    OutcomeWord,
    Page,
    Reason,
    Receipt,
    Refused,
    deferred,
    delivered,
)
from hub.testing.partner import EchoConnector
from hub.testing.partner.connector import _answer
from tests.testing.partner.test_connector import TestEcho as Echo


class SwallowsErrors(EchoConnector):
    """An exception is taken for success."""

    def push(self, batch):
        try:
            return super().push(batch)
        except Exception:  # noqa: BLE001 (the lie itself)
            return [delivered(each) for each in batch]


class CallsUnknownDeferred(EchoConnector):
    """A lost answer is taken for a no."""

    def push(self, batch):
        try:
            return super().push(batch)
        except Exception:  # noqa: BLE001 (the lie itself)
            return [deferred(each, Reason.UNREACHABLE, detail="no") for each in batch]


class ForgetsOne(EchoConnector):
    def push(self, batch):
        return super().push(batch)[1:]


class DoublesOnRepeat(EchoConnector):
    """Every try has its own idempotency key, and nobody is asked before a resend."""

    resend = "safe"
    tries = 0

    def push(self, batch):
        self.tries += 1
        wishes = [{"key": f"{each.kind}/{each.key}", "id": f"{self.tries}", "document": each.mapped} for each in batch]
        self._call("POST", "/put", json=wishes)
        return [delivered(each) for each in batch]


class AnyCodeIsSuccess(EchoConnector):
    def push(self, batch):
        return [
            Outcome(each.delivery_id, OutcomeWord.DELIVERED) if each.reason is Reason.UNKNOWN_CODE else each
            for each in super().push(batch)
        ]


class TellsItsSecret(EchoConnector):
    def check(self):
        self.tools.log.info("checking", url=self.settings["url"], login=self.settings["secret"])
        return super().check()


class TellsNames(EchoConnector):
    def push(self, batch):
        self.tools.log.info("pushing", documents=[each.document for each in batch])
        return super().push(batch)


class CheckRaises(EchoConnector):
    def check(self):
        self._call("GET", "/health").json()
        return Health(HealthWord.OK)


class ChangesTheDocument(EchoConnector):
    def map_out(self, kind, document):
        document["touched"] = True
        return super().map_out(kind, document)


class SkipsItems(EchoConnector):
    def pull(self, cursor):
        try:
            return super().pull(cursor)
        except Exception:  # noqa: BLE001 (the lie itself)
            return Page([], cursor)


class BelievesEverybody(EchoConnector):
    def receive(self, request):
        try:
            return super().receive(request)
        except Refused:
            return Receipt([], _answer)


class NeverRenews(EchoConnector):
    def _call(self, method, path, **options):
        answer = self._ask(method, path, self._session.get(), **options)
        if answer.status == 401:
            raise NotSent("no session")
        return answer


FOUND_BY = [
    (SwallowsErrors, "test_f03_a_lost_answer_is_never_taken_for_a_no_or_a_yes", "http_500"),
    (CallsUnknownDeferred, "test_f03_a_lost_answer_is_never_taken_for_a_no_or_a_yes", "timeout_after"),
    (ForgetsOne, "test_a_batch_gets_one_outcome_per_delivery", None),
    (AnyCodeIsSuccess, "test_f24_a_code_nobody_knows_is_never_success", None),
    (TellsItsSecret, "test_f23_no_secret_is_ever_shown", None),
    (TellsNames, "test_f23_nothing_personal_is_ever_logged", None),
    (CheckRaises, "test_a_partner_in_trouble_is_a_health_and_no_exception", "http_500"),
    (ChangesTheDocument, "test_every_record_maps_out_the_same_each_time_and_touches_nothing", None),
    (SkipsItems, "test_f31_a_fault_loses_nothing", "http_500"),
    (BelievesEverybody, "test_what_is_not_authentic_is_refused", None),
    (NeverRenews, "test_an_expired_session_is_renewed", None),
    (SwallowsErrors, "test_f15_under_every_fault_it_ends_equal_and_nothing_is_doubled", None),
    (DoublesOnRepeat, "test_f15_under_every_fault_it_ends_equal_and_nothing_is_doubled", None),
]

for _liar, _, _ in FOUND_BY:
    globals()[f"Test{_liar.__name__}"] = type(f"Test{_liar.__name__}", (Echo,), {"connector_class": _liar})
del Echo
