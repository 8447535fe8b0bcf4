"""`push`: one outcome per delivery, and one effect however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import OutcomeWord, Reason
from hub.testing.contract.making_equal import MakingEqual

if TYPE_CHECKING:
    from hub.testing.contract.bench import Bench


class PushingContract(MakingEqual):
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
