"""`check`: a Health, never an exception, whatever the partner does; nothing is altered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Health, HealthWord
from hub.sdk.simulator import Fault
from hub.testing.clock import SetClock
from hub.testing.contract.base import ContractBase

if TYPE_CHECKING:
    from hub.testing.contract.bench import Bench


class CheckingContract(ContractBase):
    """How the partner is."""

    def test_a_healthy_partner_is_ok_and_nothing_is_altered(self, bench: Bench) -> None:
        before = bench.holdings(), bench.effects()

        health = bench.connector.check()

        assert health.word is HealthWord.OK, health
        assert (bench.holdings(), bench.effects()) == before

    @pytest.mark.parametrize(
        "fault",
        [Fault.HTTP_500, Fault.HTTP_429, Fault.GARBLED, Fault.HALF_BODY, Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER],
    )
    def test_a_partner_in_trouble_is_a_health_and_no_exception(self, bench: Bench, fault: Fault) -> None:
        before, seen = bench.holdings(), bench.seen()
        bench.order(fault)

        health = bench.connector.check()

        assert isinstance(health, Health)
        assert health.word is not HealthWord.OK or bench.seen() == seen, "it met the fault and says ok"
        assert health.sentence or health.word is HealthWord.OK
        assert bench.holdings() == before

    def test_a_partner_that_does_not_listen_is_not_ok(self) -> None:
        bench = self.wire_to_nobody()

        assert bench.connector.check().word in {HealthWord.DOWN, HealthWord.DEGRADED}

    def test_refused_credentials_are_a_misconfiguration(self, bench: Bench) -> None:
        settings = self.wrong_settings(bench.simulator)
        if settings is None:
            pytest.skip("no wrong_settings given")

        health = self.wire(bench.simulator, bench.clock, settings).connector.check()

        assert health.word is HealthWord.MISCONFIGURED, health

    def wire_to_nobody(self) -> Bench:
        """A connector whose partner has gone."""
        clock = SetClock(self.at)
        with self.simulator_class(clock=clock) as simulator:
            settings = self.settings_for(simulator)
        return self.wire(simulator, clock, settings)
