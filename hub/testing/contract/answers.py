"""`push`: what each answer of the partner, or none, comes to; an outcome is honest under every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import OutcomeWord, Reason
from hub.sdk.simulator import Fault
from hub.testing.contract.pushing import PushingContract

if TYPE_CHECKING:
    from hub.testing.contract.bench import Bench

WAIT = 7  # seconds, told with 429


class AnswersContract(PushingContract):
    """What an answer means."""

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
