"""Reconciling: what the partner says it holds is what it holds; what it forgot is never taken for held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.sdk import ConnectorError, Lists, OutcomeWord, Recalls, Sums, digest_of, portable
from hub.sdk.digests import print_of, written
from hub.sdk.simulator import Fault
from hub.testing.contract.base import ContractBase

if TYPE_CHECKING:
    from hub.sdk import Listed
    from hub.testing.contract.bench import Bench

MOST_PAGES = 200


class ReconcilingContract(ContractBase):
    """Sums, list or look-up."""

    @pytest.fixture
    def filled(self, pushing: Bench) -> Bench:
        """A partner that holds all the records."""
        self.publish_all(pushing)
        pushing.driver.run()
        return pushing

    def test_a_look_up_of_what_is_held_wants_nothing_and_alters_nothing(self, filled: Bench) -> None:
        self.need("Recalls")
        before = filled.holdings(), filled.effects()

        outcomes = _look_up(filled)

        assert {each.word for each in outcomes} <= {OutcomeWord.DELIVERED, OutcomeWord.UNKNOWN}, outcomes
        assert (filled.holdings(), filled.effects()) == before

    def test_a_look_up_never_takes_for_held_what_the_partner_has_forgotten(self, filled: Bench) -> None:
        """The memo says that it holds all: it is not believed."""
        self.need("Recalls")
        filled.simulator.reset()
        self.prepare(filled)

        outcomes = _look_up(filled)

        wanted = [filled.wanted(each) for each in filled.driver.deliveries.values()]
        taken = [
            each for each, want in zip(outcomes, wanted, strict=True) if each.word is OutcomeWord.DELIVERED and want
        ]
        assert not taken

    def test_what_was_forgotten_and_told_so_is_made_equal_again(self, filled: Bench) -> None:
        self.need("Recalls")
        filled.simulator.reset()
        self.prepare(filled)
        told = _look_up(filled)

        for delivery, outcome in zip(list(filled.driver.deliveries.values()), told, strict=True):
            if outcome.word is OutcomeWord.DEFERRED:
                filled.driver.forget(delivery, memo=outcome.acknowledged or {}, version=None)
                delivery.uncertain = False
        filled.driver.run()

        for delivery, outcome in zip(filled.driver.deliveries.values(), told, strict=True):
            if outcome.word is OutcomeWord.DEFERRED:
                assert filled.held(delivery) == filled.wanted(delivery), delivery.name

    def test_the_list_tells_every_record_with_its_digest_and_alters_nothing(self, filled: Bench) -> None:
        self.need("Lists")
        before = filled.holdings(), filled.effects()

        told = {f"{each.kind}/{each.key}": each.digest for each in _listed(filled)}

        for delivery in filled.driver.deliveries.values():
            wanted = filled.connector.digest(filled.driver.outgoing(delivery))  # type: ignore[attr-defined]
            assert told.get(delivery.name) == wanted, delivery.name
        assert (filled.holdings(), filled.effects()) == before

    def test_the_sums_are_those_of_the_records_and_alter_nothing(self, filled: Bench) -> None:
        self.need("Sums")
        connector: Any = filled.connector
        before = filled.holdings(), filled.effects()

        for kind in connector.accepts:
            ours = {each.key: each.document for each in filled.driver.deliveries.values() if each.kind == kind}
            told = {each.start: each.digest for each in connector.sums(kind, "", None, 1_000).sums}
            assert told == {key: written(*print_of(document)) for key, document in ours.items()}
            for key in ours:
                rest = connector.sums(kind, key, None, 1_000).sums
                assert [each.start for each in rest] == sorted(other for other in ours if other >= key)
                assert list(connector.sums(kind, key, key, 1_000).sums) == []
        assert (filled.holdings(), filled.effects()) == before

    @pytest.mark.parametrize("fault", [Fault.HTTP_500, Fault.GARBLED, Fault.HALF_BODY, Fault.TIMEOUT_BEFORE])
    def test_trouble_while_listing_is_told_and_never_an_empty_list(self, filled: Bench, fault: Fault) -> None:
        connector = filled.connector
        if not isinstance(connector, (Lists, Sums)):
            pytest.skip("neither lists nor sums up")
        filled.order(fault)

        with pytest.raises(ConnectorError):
            if isinstance(connector, Lists):
                connector.holdings(None)
            else:
                connector.sums(connector.accepts[0], "", None, 1_000)

    def test_what_hubs_compare_is_what_the_partner_must_hold(self, filled: Bench) -> None:
        self.need("Sums")
        for delivery in filled.driver.deliveries.values():
            assert digest_of(filled.wanted(delivery)) == digest_of(portable(delivery.document))


def _look_up(bench: Bench) -> list[Any]:
    connector, driver = bench.connector, bench.driver
    assert isinstance(connector, Recalls)
    batch = [driver.outgoing(each) for each in driver.deliveries.values()]
    size = bench.connector.batch_size
    outcomes = [one for at in range(0, len(batch), size) for one in connector.look_up(batch[at : at + size])]
    told = {one.delivery_id: one for one in outcomes}
    return [told[each.delivery_id] for each in batch]


def _listed(bench: Bench) -> list[Listed]:
    connector = bench.connector
    assert isinstance(connector, Lists)
    cursor: str | None = None
    found: list[Listed] = []
    for _ in range(MOST_PAGES):
        page = connector.holdings(cursor)
        found.extend(page.listed)
        if not page.more:
            return found
        cursor = page.cursor
    raise AssertionError(f"more than {MOST_PAGES} pages: `more` never becomes False")
