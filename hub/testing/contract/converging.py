"""Whatever the line does, in the end the partner holds exactly what it must, and nothing happened twice."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hub.sdk.simulator import Fault
from hub.sdk.simulator.faults import TRANSPORT
from hub.testing.contract.pushing import PushingContract

if TYPE_CHECKING:
    from hub.testing.contract.base import Bench

DOOR_SHUT_SECONDS = 0.05


class ConvergingContract(PushingContract):
    """The test that holds all others together."""

    def test_f15_under_every_fault_it_ends_equal_and_nothing_is_doubled(self, pushing: Bench) -> None:
        dice = random.Random(self.seed)  # noqa: S311 (repeatable, not secret)
        waiting = list(self.records())
        faults = sorted({*TRANSPORT, *self.plays, Fault.REFUSE})

        for number in range(self.steps):
            if waiting and (number % 3 == 0 or dice.random() < 0.4):
                pushing.driver.publish(*waiting.pop(0))
            elif dice.random() < 0.3:
                self._change_one(pushing, dice, number)
            self._disturb(pushing, dice, dice.choice(faults))
            pushing.driver.step()
            pushing.clock.advance(seconds=1)

        pushing.behave()
        for record in waiting:
            pushing.driver.publish(*record)
        for delivery in pushing.driver.deliveries.values():
            self.settle(pushing, delivery)
        for delivery in pushing.driver.deliveries.values():
            assert delivery.settled, (delivery.name, delivery.outcomes[-3:])
            assert pushing.held(delivery) == pushing.wanted(delivery), delivery.name
        assert self.doubles(pushing.effects()) == []

    def _change_one(self, bench: Bench, dice: random.Random, number: int) -> None:
        if self.connector_class.resend == "never" or not bench.driver.deliveries:
            return
        delivery = dice.choice(list(bench.driver.deliveries.values()))
        document = self.changed(delivery.kind, delivery.key, dict(delivery.document), number=number)
        if document is not None:
            bench.driver.publish(delivery.kind, delivery.key, document)

    def _disturb(self, bench: Bench, dice: random.Random, fault: Fault) -> None:
        if fault is Fault.REFUSE:
            bench.order(fault, seconds=DOOR_SHUT_SECONDS)
        else:
            bench.order(fault, times=dice.randint(1, 3), rate=0.7, delay=0.02)
