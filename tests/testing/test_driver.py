"""The driver plays the worker faithfully: asks before resending, parks what nobody can tell, keeps the memo."""

from __future__ import annotations

import pytest

from hub.sdk import Connector, Pushes, Reason, Recalls, Tools, Unanswered, Unmappable, deferred, delivered, unknown
from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from hub.testing.waiting import wait_until


class Scripted(Connector, Pushes, Recalls):
    """Plays the steps it was given and notes what it was asked."""

    name = "scripted"
    accepts = ("dossier",)
    resend = "ask"

    def __init__(self, *steps, resend="ask", batch_size=1):
        super().__init__({}, Tools("scripted"))
        self.steps, self.calls = list(steps), []
        self.resend, self.batch_size = resend, batch_size

    def map_out(self, kind, document):
        if "bad" in document:
            raise Unmappable("no word for this")
        return document

    def push(self, batch):
        return self._play("push", batch)

    def recall(self, batch):
        return self._play("recall", batch)

    def _play(self, what, batch):
        self.calls.append((what, len(batch)))
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return [step(each) for each in batch]


def lost(each):
    return unknown(each, Reason.GARBLED, detail="…")


def absent(each):
    return deferred(each, Reason.UNANSWERED, detail="…", acknowledged={"part": 1})


def driven(connector, count=1):
    driver = Driver(connector)
    for number in range(count):
        driver.publish("dossier", f"H56-{number}", {})
    return driver


def test_f03_after_a_lost_answer_it_asks_before_it_sends_again():
    connector = Scripted(Unanswered(), absent, delivered)
    driver = driven(connector)

    driver.run()

    assert connector.calls == [("push", 1), ("recall", 1), ("push", 1)]
    assert driver.deliveries["dossier/H56-0"].acknowledged == {"part": 1}


def test_while_the_partner_cannot_be_asked_nothing_is_sent():
    connector = Scripted(lost, lost, Unanswered(), delivered)
    driver = driven(connector)

    driver.run()

    assert connector.calls == [("push", 1), *[("recall", 1)] * 3]


def test_where_doubles_are_told_apart_it_sends_again():
    connector = Scripted(lost, delivered, resend="safe")

    driven(connector).run()

    assert connector.calls == [("push", 1), ("push", 1)]


def test_where_nobody_can_tell_it_parks():
    connector = Scripted(lost, resend="never")
    driver = driven(connector)

    driver.run()

    [delivery] = driver.deliveries.values()
    assert delivery.parked is Reason.UNCERTAIN
    driver.confirm(delivery)
    assert delivery.settled


def test_what_cannot_be_mapped_is_parked_alone():
    connector = Scripted(delivered)
    driver = Driver(connector)
    bad = driver.publish("dossier", "bad", {"bad": 1})
    good = driver.publish("dossier", "good", {})

    driver.run()

    assert bad.parked is Reason.MAPPING
    assert good.settled


def test_batches_are_never_larger_than_the_connector_takes():
    connector = Scripted(delivered, delivered, batch_size=2)

    driven(connector, 3).run()

    assert connector.calls == [("push", 2), ("push", 1)]


def test_a_new_version_is_due_again():
    connector = Scripted(delivered, delivered)
    driver = driven(connector)
    driver.run()

    delivery = driver.publish("dossier", "H56-0", {"more": 1})

    assert delivery.due
    assert driver.outgoing(delivery).acknowledged_version == 1
    driver.run()
    assert delivery.acknowledged_version == 2


def test_what_never_settles_is_told_by_name():
    driver = driven(Scripted(*[absent] * 3))

    with pytest.raises(AssertionError, match="dossier/H56-0"):
        driver.run(rounds=3)


def test_the_set_clock_moves_only_when_told():
    clock = SetClock()
    before = clock.now()

    clock.advance(seconds=5, hours=1)

    assert (clock.now() - before).total_seconds() == 3605
    clock.set(before)
    assert clock.now() == before


def test_waiting_has_an_end():
    with pytest.raises(AssertionError, match="in vain until it rains"):
        wait_until(lambda: False, "it rains", seconds=0.02)
