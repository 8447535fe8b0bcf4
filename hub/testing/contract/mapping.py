"""Mapping out: pure, total over the valid examples."""

from __future__ import annotations

from copy import deepcopy

import pytest

from hub.testing.contract.base import Bench, ContractBase


class MappingContract(ContractBase):
    """Every example of every accepted kind maps out, without touching the line or the document."""

    def test_there_is_a_record_of_every_accepted_kind(self) -> None:
        if not self.connector_class.accepts:
            pytest.skip("it accepts nothing")

        assert {kind for kind, _, _ in self.records()} == set(self.connector_class.accepts)

    def test_every_record_maps_out_the_same_each_time_and_touches_nothing(self, bench: Bench) -> None:
        if not self.connector_class.accepts:
            pytest.skip("it accepts nothing")
        seen = bench.seen()
        for kind, _, document in self.records():
            before = deepcopy(document)

            first, second = (bench.connector.map_out(kind, document) for _ in range(2))

            assert first == second
            assert document == before
        assert bench.seen() == seen

    def test_it_wants_the_records_of_the_tests_and_no_kind_it_does_not_accept(self, bench: Bench) -> None:
        connector = bench.connector

        assert all(connector.wants(kind, document) for kind, _, document in self.records())
        assert not connector.wants("nonesuch", {})
