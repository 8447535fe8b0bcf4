"""`receive`: authentic or refused; the same message twice gives the same items; every answer can be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Incoming, Receives, Reception, Refused, Reply
from hub.testing.contract.base import ContractBase
from hub.testing.contract.documents import refusals

if TYPE_CHECKING:
    from hub.sdk import Request
    from hub.testing.contract.bench import Bench


class ReceivingContract(ContractBase):
    """What calls in."""

    @pytest.fixture
    def call(self, bench: Bench) -> Request:
        """An authentic call."""
        self.need("Receives")
        request = self.receivable(bench)
        assert request is not None, "give an authentic call in receivable()"
        return request

    def test_the_same_message_twice_gives_the_same_items(self, bench: Bench, call: Request) -> None:
        connector = _receiver(bench)

        first, second = connector.receive(call), connector.receive(call)

        assert first.items
        assert first.items == second.items

    def test_every_reception_has_an_answer(self, bench: Bench, call: Request) -> None:
        receipt = _receiver(bench).receive(call)

        for reception in Reception:
            assert isinstance(receipt.answer(reception, "Một câu."), Reply)

    def test_what_is_received_maps_in_and_the_hub_would_take_it(self, bench: Bench, call: Request) -> None:
        connector = bench.connector
        incoming = [one for item in _receiver(bench).receive(call).items for one in connector.map_in(item)]

        assert incoming
        assert {type(one) for one in incoming} == {Incoming}
        assert {one.kind for one in incoming} <= set(connector.emits)
        assert [refusals(one) for one in incoming] == [[] for _ in incoming]

    def test_what_is_not_authentic_is_refused(self, bench: Bench, call: Request) -> None:
        wrong = self.wrong_requests(bench)
        assert wrong, "give calls that must be refused in wrong_requests()"

        for request in wrong:
            with pytest.raises(Refused):
                _receiver(bench).receive(request)


def _receiver(bench: Bench) -> Receives:
    connector = bench.connector
    assert isinstance(connector, Receives)
    return connector
