"""Mapping out: pure, total over the valid examples."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from hub.domain.intake import admit
from hub.domain.schemas import examples
from hub.sdk import Unmappable
from hub.testing.contract.base import ContractBase

if TYPE_CHECKING:
    from hub.testing.contract.bench import Bench


class MappingContract(ContractBase):
    """Every example of every accepted kind maps out, without touching the line or the document."""

    def test_there_is_a_record_of_every_accepted_kind_and_the_hub_would_take_it(self) -> None:
        self.need("Pushes")

        assert {kind for kind, _, _ in self.records()} == set(self.connector_class.accepts)
        for kind, key, document in self.records():
            assert [each.en for each in admit(kind, document)[1]] == [], (kind, key)

    def test_every_record_maps_out_the_same_each_time_and_touches_nothing(self, bench: Bench) -> None:
        self.need("Pushes")
        seen = bench.seen()
        for kind, _, document in self.records():
            before = deepcopy(document)

            first, second = (bench.connector.map_out(kind, document) for _ in range(2))

            assert first == second
            assert document == before
        assert bench.seen() == seen

    def test_every_shipped_example_maps_out_or_is_declared_unmappable(self, bench: Bench) -> None:
        self.need("Pushes")
        for kind in self.connector_class.accepts:
            for name, raw in examples(kind).items():
                document, _ = admit(kind, raw)
                assert document is not None, (kind, name)
                if bench.connector.wants(kind, document):
                    try:
                        bench.connector.map_out(kind, document)
                    except Unmappable as problem:
                        assert problem.sentence, (kind, name)

    def test_it_wants_the_records_of_the_tests_and_no_kind_it_does_not_accept(self, bench: Bench) -> None:
        connector = bench.connector
        if self.connector_class.accepts:
            assert all(connector.wants(kind, document) for kind, _, document in self.records())

        assert not connector.wants("nonesuch", {})
