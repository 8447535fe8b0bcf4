"""How the tests of `push` bring a record through: under a fault, and in the end equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Outcome, OutcomeWord, Reason
from hub.testing.contract.checking import CheckingContract

if TYPE_CHECKING:
    from hub.sdk.simulator import Fault
    from hub.testing.contract.bench import Bench
    from hub.testing.delivery import Delivery

SURELY_NOT_TAKEN = {OutcomeWord.DEFERRED, OutcomeWord.REJECTED}


class MakingEqual(CheckingContract):
    """No tests of its own."""

    def push_under(self, bench: Bench, fault: Fault, **wish: object) -> tuple[Delivery, Outcome]:
        """Push the next record while one request on `push_path` meets the fault; the outcome must be honest."""
        bench.connector.check()  # fetches the session, so that the fault strikes the push itself
        number = len(bench.driver.deliveries) % len(self.records())
        delivery = self.publish(bench, number)
        before = bench.held(delivery)
        bench.order(fault, times=1, path=self.push_path, **wish)

        [outcome] = bench.driver.step()

        bench.behave()
        if outcome.word is OutcomeWord.DELIVERED:
            assert bench.held(delivery) == bench.wanted(delivery), "it claims to be delivered and is not"
        if outcome.word in SURELY_NOT_TAKEN and outcome.acknowledged is None:
            assert bench.held(delivery) == before, "it claims that nothing was taken, and something was"
        return delivery, outcome

    def make_equal(self, bench: Bench, delivery: Delivery) -> None:
        """Go on until settled (an operator decides where the hub must not): equal, and nothing doubled."""
        self.settle(bench, delivery)
        assert bench.held(delivery) == bench.wanted(delivery)
        assert self.doubles(bench.effects()) == []

    def settle(self, bench: Bench, delivery: Delivery) -> None:
        """Run; decide for the operator what is parked as uncertain."""
        for _ in range(self.steps):
            bench.driver.run()
            if delivery.parked is None:
                return
            if delivery.parked is Reason.UNCERTAIN and bench.held(delivery) == bench.wanted(delivery):
                bench.driver.confirm(delivery)
            else:
                bench.driver.replay(delivery)

    def need_fault(self, fault: Fault) -> None:
        """Skip where the partner's protocol does not know it."""
        if fault not in self.plays:
            pytest.skip(f"{self.simulator_class.name} does not play {fault}")
