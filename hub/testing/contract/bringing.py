"""`pull`: the cursor moves, the same cursor brings the same page, the empty page ends, a fault loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import ConnectorError, Incoming, Page, Pulls
from hub.sdk.simulator import Fault
from hub.testing.contract.base import ContractBase
from hub.testing.contract.documents import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.testing.contract.bench import Bench

MOST_PAGES = 200


class BringingContract(ContractBase):
    """What comes down."""

    @pytest.fixture
    def pulling(self, bench: Bench) -> Bench:
        """A partner that has something to send down."""
        self.need("Pulls")
        self.fill(bench)
        return bench

    def test_the_same_cursor_brings_the_same_page(self, pulling: Bench) -> None:
        connector = _puller(pulling)

        first, second = connector.pull(None), connector.pull(None)

        assert first.items, "give the partner something to send down in fill()"
        assert (first.items, first.cursor, first.more) == (second.items, second.cursor, second.more)

    def test_the_cursor_moves_and_the_empty_page_ends(self, pulling: Bench) -> None:
        connector = _puller(pulling)

        pages = list(_pages(connector))

        cursors = [page.cursor for page in pages if page.items]
        assert len(set(cursors)) == len(cursors)
        last = connector.pull(pages[-1].cursor)
        assert (list(last.items), last.more) == ([], False)

    def test_telling_twice_that_a_page_is_safe_is_harmless(self, pulling: Bench) -> None:
        connector = _puller(pulling)
        page = connector.pull(None)

        connector.pulled(page)
        connector.pulled(page)

        ids = [item.id or repr(item.payload) for item in page.items]
        later = [item.id or repr(item.payload) for each in _pages(connector, page.cursor) for item in each.items]
        assert not set(ids) & set(later)

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.GARBLED, Fault.HALF_BODY, Fault.HTTP_500])
    def test_f31_a_fault_loses_nothing(self, pulling: Bench, fault: Fault) -> None:
        connector = _puller(pulling)
        whole = connector.pull(None)
        pulling.order(fault)

        with pytest.raises(ConnectorError):
            connector.pull(None)

        pulling.behave()
        assert connector.pull(None).items == whole.items

    def test_everything_that_comes_maps_in_and_the_hub_would_take_it(self, pulling: Bench) -> None:
        connector = pulling.connector
        for page in _pages(_puller(pulling)):
            for item in page.items:
                for incoming in connector.map_in(item):
                    assert isinstance(incoming, Incoming)
                    assert incoming.kind in connector.emits
                    assert refusals(incoming) == []


def _puller(bench: Bench) -> Pulls:
    connector = bench.connector
    assert isinstance(connector, Pulls)
    return connector


def _pages(connector: Pulls, cursor: str | None = None) -> Iterator[Page]:
    for _ in range(MOST_PAGES):
        page = connector.pull(cursor)
        yield page
        connector.pulled(page)
        if not page.more:
            return
        cursor = page.cursor
    raise AssertionError(f"more than {MOST_PAGES} pages: `more` never becomes False")
