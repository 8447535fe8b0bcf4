"""Whatever the line does, in the end the partner holds exactly what it must, and nothing happened twice."""

from __future__ import annotations

import random
from itertools import cycle
from typing import TYPE_CHECKING

from hub.sdk.simulator import Fault
from hub.sdk.simulator.faults import TRANSPORT
from hub.testing.contract.answers import AnswersContract

if TYPE_CHECKING:
    from hub.testing.contract.base import Record
    from hub.testing.contract.bench import Bench

DOOR_SHUT_SECONDS = 0.02


class ConvergingContract(AnswersContract):
    """The test that holds all others together."""

    def test_f15_under_every_fault_it_ends_equal_and_nothing_is_doubled(self, pushing: Bench) -> None:
        dice = random.Random(self.seed)  # noqa: S311 (repeatable, not secret)
        faults = sorted({*TRANSPORT, *self.plays, Fault.REFUSE})
        dice.shuffle(faults)
        bench, waiting = pushing, list(self.records())

        for number, fault in zip(range(self.steps), cycle(faults), strict=False):
            if not self._something_due(bench, waiting, dice, number):
                self._end(bench)
                bench, waiting = self._anew(bench), list(self.records())
                bench.driver.publish(*waiting.pop(0))
            self._disturb(bench, dice, fault)
            bench.driver.step()
            bench.clock.advance(seconds=1)
            bench.behave()

        for record in waiting:
            bench.driver.publish(*record)
        self._end(bench)

    def _something_due(self, bench: Bench, waiting: list[Record], dice: random.Random, number: int) -> bool:
        """Let the world move on: a new record, a changed one, or both. The dice fall alike whatever the line did."""
        deliveries = bench.driver.deliveries.values()
        one_more, change, which = dice.random() < 0.5, dice.random() < 0.5, dice.random()
        if waiting and (one_more or not any(each.due for each in deliveries)):
            bench.driver.publish(*waiting.pop(0))
        if change and deliveries and self.connector_class.resend != "never":
            chosen = list(deliveries)[int(which * len(deliveries))]
            document = self.changed(chosen.kind, chosen.key, dict(chosen.document), number=number)
            if document is not None:
                bench.driver.publish(chosen.kind, chosen.key, document)
        return any(each.due for each in deliveries)

    def _disturb(self, bench: Bench, dice: random.Random, fault: Fault) -> None:
        path, times, seed = self.push_path if dice.random() < 0.7 else "", dice.randint(1, 3), dice.randrange(1000)
        if fault is Fault.REFUSE:
            bench.order(fault, seconds=DOOR_SHUT_SECONDS)
        else:
            bench.order(fault, times=times, rate=0.8, path=path, delay=0.02, seed=seed)

    def _end(self, bench: Bench) -> None:
        for delivery in bench.driver.deliveries.values():
            self.settle(bench, delivery)
        for delivery in bench.driver.deliveries.values():
            assert delivery.settled, (delivery.name, delivery.outcomes[-3:])
            assert bench.held(delivery) == bench.wanted(delivery), delivery.name
        assert self.doubles(bench.effects()) == []

    def _anew(self, bench: Bench) -> Bench:
        """The same partner, with nothing in its memory; a new channel."""
        bench.simulator.reset()
        anew = self.wire(bench.simulator, bench.clock, self.settings_for(bench.simulator))
        self.prepare(anew)
        return anew
