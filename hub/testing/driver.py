"""Plays the worker for one connector, without a database: make equal, ask after a lost answer, never guess."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, cast

import orjson

from hub.plugging.outcomes import from_error, one_each
from hub.sdk import Outcome, OutcomeWord, Outgoing, Pushes, Reason, Recalls
from hub.sdk.exchange import Exchange, recording
from hub.testing.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.sdk import Connector


class Driver:
    """One channel's worker. `exchanges` are the masked exchanges of all attempts."""

    def __init__(self, connector: Connector, *, channel: str = "contract") -> None:
        self.connector = connector
        self.channel = channel
        self.deliveries: dict[str, Delivery] = {}
        self.exchanges: list[Exchange] = []
        self._numbers = count(1)

    def publish(self, kind: str, key: str, document: Mapping[str, Any]) -> Delivery:
        """Want the partner to hold this document: a new delivery, or a new version of the one there is."""
        delivery = self.deliveries.get(f"{kind}/{key}")
        if delivery is None:
            delivery = Delivery(next(self._numbers), kind, key, document)
            self.deliveries[delivery.name] = delivery
        else:
            delivery.document, delivery.version, delivery.attempt = document, delivery.version + 1, 0
        return delivery

    def outgoing(self, delivery: Delivery) -> Outgoing:
        """Express a delivery as the connector sees it; maps. Raises Unmappable."""
        return Outgoing(
            delivery_id=delivery.number,
            channel=self.channel,
            kind=delivery.kind,
            key=delivery.key,
            version=delivery.version,
            document=delivery.document,
            mapped=self.connector.map_out(delivery.kind, delivery.document),
            acknowledged_version=delivery.acknowledged_version,
            acknowledged=delivery.acknowledged,
            reference=delivery.reference,
            attempt=delivery.attempt + 1,
        )

    def step(self) -> list[Outcome]:
        """Do one round: ask about what is uncertain, push what is due; return the outcomes of the pushes."""
        self._ask([each for each in self.deliveries.values() if each.due and each.uncertain])
        ready = [each for each in self.deliveries.values() if each.due and not each.uncertain]
        size = self.connector.batch_size
        return [outcome for at in range(0, len(ready), size) for outcome in self.push(ready[at : at + size])]

    def run(self, *, rounds: int = 20) -> None:
        """Step until nothing is due. Raises AssertionError when `rounds` were not enough."""
        for _ in range(rounds):
            if not any(each.due for each in self.deliveries.values()):
                return
            self.step()
        open_ones = {each.name: each.outcomes[-1:] for each in self.deliveries.values() if each.due}
        assert not open_ones, f"still not settled after {rounds} rounds: {open_ones}"

    def push(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Push one batch and settle it."""
        connector = self.connector
        assert isinstance(connector, Pushes), f"{connector.name} does not push"
        outcomes = self._call(connector.push, deliveries)
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            delivery.attempt += 1
            self._settle(delivery, outcome)
        return outcomes

    def recall(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Ask about one batch; nothing is settled."""
        connector = self.connector
        assert isinstance(connector, Recalls), f"{connector.name} has resend 'ask' but cannot recall"
        return self._call(connector.recall, deliveries)

    def forget(self, delivery: Delivery, *, memo: Mapping[str, Any], version: int | None) -> None:
        """Be killed between push and settle: what was known before (`memo`, `version`) is all that is known."""
        delivery.acknowledged, delivery.acknowledged_version, delivery.uncertain = memo, version, True

    def replay(self, delivery: Delivery) -> None:
        """Do what an operator does with a parked delivery: let it be tried again."""
        delivery.parked, delivery.uncertain = None, False

    def confirm(self, delivery: Delivery) -> None:
        """Do what an operator does who asked the partner and heard that it came."""
        delivery.parked, delivery.uncertain, delivery.acknowledged_version = None, False, delivery.version

    def _ask(self, uncertain: Sequence[Delivery]) -> None:
        if self.connector.resend == "safe":
            for delivery in uncertain:
                delivery.uncertain = False
        elif self.connector.resend == "never":
            for delivery in uncertain:
                delivery.parked = Reason.UNCERTAIN
        else:
            size = self.connector.batch_size
            for at in range(0, len(uncertain), size):
                batch = uncertain[at : at + size]
                for delivery, outcome in zip(batch, self.recall(batch), strict=True):
                    self._settle(delivery, outcome)

    def _call(
        self, ability: Callable[[Sequence[Outgoing]], Sequence[Outcome]], deliveries: Sequence[Delivery]
    ) -> list[Outcome]:
        batch: list[Outgoing] = []
        with recording() as exchanges:
            try:
                batch = [self.outgoing(each) for each in deliveries]
                outcomes = one_each(batch, ability(batch))
            except Exception as problem:  # noqa: BLE001 (the tree of errors decides, as in the hub)
                outcomes = from_error(problem, batch or [_bare(each, self.channel) for each in deliveries])
        self.exchanges.extend(exchanges)
        return outcomes

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        delivery.outcomes.append(outcome)
        if outcome.acknowledged is not None:
            delivery.acknowledged = cast("Mapping[str, Any]", orjson.loads(orjson.dumps(outcome.acknowledged)))
        delivery.reference = outcome.reference or delivery.reference
        delivery.uncertain = outcome.word is OutcomeWord.UNKNOWN
        if outcome.word is OutcomeWord.DELIVERED:
            delivery.acknowledged_version = delivery.version
        elif outcome.word is OutcomeWord.REJECTED:
            delivery.parked = outcome.reason or Reason.DATA


def _bare(delivery: Delivery, channel: str) -> Outgoing:
    """A delivery whose mapping failed: only its number matters any more."""
    return Outgoing(
        delivery.number, channel, delivery.kind, delivery.key, delivery.version, delivery.document, mapped=None
    )
