"""`push`: one outcome per delivery, honest under every fault, one effect however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Outcome, OutcomeWord, Reason
from hub.sdk.simulator import Fault
from hub.testing.contract.checking import CheckingContract

if TYPE_CHECKING:
    from hub.testing.contract.base import Bench
    from hub.testing.driver import Delivery

WAIT = 7  # seconds, told with 429
SURELY_NOT_TAKEN = {OutcomeWord.DEFERRED, OutcomeWord.REJECTED}


class PushingContract(CheckingContract):
    """What an attempt may claim."""

    def test_each_record_is_delivered_and_the_partner_then_holds_it(self, pushing: Bench) -> None:
        deliveries = self.publish_all(pushing)

        pushing.driver.run()

        for delivery in deliveries:
            assert delivery.outcomes[-1].word is OutcomeWord.DELIVERED
            assert pushing.held(delivery) == pushing.wanted(delivery), delivery.name
        assert self.doubles(pushing.effects()) == []

    def test_a_batch_gets_one_outcome_per_delivery(self, pushing: Bench) -> None:
        deliveries = self.publish_all(pushing)[: self.connector_class.batch_size]
        batch = [pushing.driver.outgoing(each) for each in deliveries]

        outcomes = pushing.connector.push(batch)  # type: ignore[attr-defined]

        assert sorted(each.delivery_id for each in outcomes) == [each.delivery_id for each in batch]

    def test_an_operators_replay_doubles_nothing(self, pushing: Bench) -> None:
        delivery = self.publish(pushing)
        pushing.driver.run()
        before = pushing.holdings()

        [outcome] = pushing.driver.push([delivery])

        assert outcome.word is OutcomeWord.DELIVERED
        assert pushing.holdings() == before
        assert self.doubles(pushing.effects()) == []

    def test_a_crash_between_push_and_settle_doubles_nothing(self, pushing: Bench) -> None:
        """Without this, every killed worker sends a citizen's file twice."""
        delivery = self.publish(pushing)
        memo, version = delivery.acknowledged, delivery.acknowledged_version
        pushing.driver.push([delivery])
        before = pushing.holdings()

        pushing.driver.forget(delivery, memo=memo, version=version)
        pushing.driver.step()

        if self.connector_class.resend == "never":
            assert delivery.parked is Reason.UNCERTAIN
        else:
            pushing.driver.run()
            assert delivery.settled
        assert pushing.holdings() == before
        assert self.doubles(pushing.effects()) == []

    def test_recall_tells_what_is_held_and_alters_nothing(self, pushing: Bench) -> None:
        self.need("Recalls")
        delivery = self.publish(pushing)
        before = pushing.holdings()

        [absent] = pushing.driver.recall([delivery])
        assert absent.word in {OutcomeWord.DEFERRED, OutcomeWord.UNKNOWN}, absent
        assert pushing.holdings() == before

        pushing.driver.push([delivery])
        pushing.driver.forget(delivery, memo={}, version=None)
        before = pushing.holdings()
        [present] = pushing.driver.recall([delivery])
        assert present.word is not OutcomeWord.REJECTED, present
        assert pushing.holdings() == before

    @pytest.mark.parametrize(
        "fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.GARBLED, Fault.HALF_BODY, Fault.HTTP_500]
    )
    def test_f03_a_lost_answer_is_never_taken_for_a_no_or_a_yes(self, pushing: Bench, fault: Fault) -> None:
        delivery, outcome = self.push_under(pushing, fault)

        assert outcome.word in {OutcomeWord.UNKNOWN, OutcomeWord.DEFERRED}, outcome
        self.make_equal(pushing, delivery)

    def test_too_many_requests_defers_as_long_as_the_partner_says(self, pushing: Bench) -> None:
        delivery, outcome = self.push_under(pushing, Fault.HTTP_429, retry_after=WAIT)

        assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.BUSY), outcome
        assert outcome.retry_after == WAIT
        self.make_equal(pushing, delivery)

    def test_nobody_listening_defers(self) -> None:
        self.need("Pushes")
        bench = self.wire_to_nobody()
        self.publish(bench)

        [outcome] = bench.driver.step()

        assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.UNREACHABLE), outcome

    def test_a_slow_or_doubled_answer_is_an_answer(self, pushing: Bench) -> None:
        for fault in (Fault.SLOW, Fault.DUPLICATE_ANSWER):
            delivery, outcome = self.push_under(pushing, fault, delay=0.05)
            self.make_equal(pushing, delivery)
            assert outcome.word is not OutcomeWord.REJECTED, outcome

    def test_an_expired_session_is_renewed(self, pushing: Bench) -> None:
        self.need_fault(Fault.EXPIRED_SESSION)

        _, outcome = self.push_under(pushing, Fault.EXPIRED_SESSION)

        assert outcome.word is OutcomeWord.DELIVERED, outcome

    @pytest.mark.parametrize("fault", [Fault.ERROR_IN_200, Fault.OUT_OF_ORDER_REFUSAL])
    def test_a_passing_no_is_tried_again(self, pushing: Bench, fault: Fault) -> None:
        self.need_fault(fault)

        delivery, outcome = self.push_under(pushing, fault)

        assert outcome.word is not OutcomeWord.REJECTED, outcome
        self.make_equal(pushing, delivery)

    def test_f24_a_code_nobody_knows_is_never_success(self, pushing: Bench) -> None:
        self.need_fault(Fault.ODD_CODE)

        delivery, outcome = self.push_under(pushing, Fault.ODD_CODE, code=self.unknown_code)

        assert outcome.word is not OutcomeWord.DELIVERED
        assert outcome.reason is Reason.UNKNOWN_CODE, outcome
        self.make_equal(pushing, delivery)

    def test_f24_success_is_understood_however_it_is_written(self, pushing: Bench) -> None:
        if not self.success_codes:
            pytest.skip("no success_codes given")
        for code, record in zip(self.success_codes, self.records() * len(self.success_codes), strict=False):
            pushing.simulator.reset()
            self.prepare(pushing)
            pushing.driver.deliveries.clear()
            pushing.order(Fault.ODD_CODE, code=code, path=self.push_path)
            delivery = pushing.driver.publish(*record)

            [outcome] = pushing.driver.step()

            assert outcome.word is OutcomeWord.DELIVERED, (code, outcome)
            assert pushing.held(delivery) == pushing.wanted(delivery)

    def test_a_half_taken_batch_is_told_apart(self, pushing: Bench) -> None:
        self.need_fault(Fault.PARTIAL_BATCH)
        if self.connector_class.batch_size == 1 or len(self.records()) == 1:
            pytest.skip("no batches")
        deliveries = self.publish_all(pushing)
        pushing.order(Fault.PARTIAL_BATCH, times=1, path=self.push_path)

        outcomes = pushing.driver.step()

        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            if outcome.word is OutcomeWord.DELIVERED:
                assert pushing.held(delivery) == pushing.wanted(delivery), "it claims what is not so"
        for delivery in deliveries:
            self.make_equal(pushing, delivery)

    def test_the_partners_no_is_kept_with_its_code(self, pushing: Bench) -> None:
        given = self.refused_record(pushing)
        if given is None:
            pytest.skip("no refused_record given")
        record, code = given
        delivery = pushing.driver.publish(*record)

        [outcome] = pushing.driver.step()

        assert outcome.word is OutcomeWord.REJECTED, outcome
        assert code is None or outcome.code == code
        assert outcome.detail
        assert delivery.parked

    def test_refused_credentials_defer(self, pushing: Bench) -> None:
        settings = self.wrong_settings(pushing.simulator)
        if settings is None:
            pytest.skip("no wrong_settings given")
        bench = self.wire(pushing.simulator, pushing.clock, settings)
        self.publish(bench)

        [outcome] = bench.driver.step()

        assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.CREDENTIALS), outcome

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
