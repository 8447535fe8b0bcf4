"""What a subclass of the contract must and may give, and the fixtures all its parts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import pytest
import structlog

from hub.sdk import Http, Timeouts, Tools
from hub.sdk.simulator import Fault
from hub.testing.clock import WORKING_HOUR, SetClock
from hub.testing.contract.bench import Bench
from hub.testing.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping, Sequence
    from datetime import datetime

    from hub.sdk import Connector, Request
    from hub.sdk.simulator import Simulator
    from hub.testing.delivery import Delivery

Record = tuple[str, str, dict[str, Any]]  # kind, key, normalised document
SHORT = Timeouts(connect=2.0, read=3.0, total=6.0)


class ContractBase:
    """Subclasses give the first four; the rest has a default."""

    connector_class: ClassVar[type[Connector]]
    simulator_class: ClassVar[type[Simulator]]

    # A part of the path of those requests that change the partner: faults of the push tests strike there. "": any.
    push_path: ClassVar[str] = ""
    # Protocol-level faults the simulator plays on `push_path`; take away what the partner's protocol does not know.
    plays: ClassVar[frozenset[Fault]] = frozenset(
        {
            Fault.EXPIRED_SESSION,
            Fault.ERROR_IN_200,
            Fault.ODD_CODE,
            Fault.PARTIAL_BATCH,
            Fault.OUT_OF_ORDER_REFUSAL,
        }
    )
    # Codes the simulator answers when told {"fault": "odd_code", "code": …}; the first is in no table of the connector.
    unknown_code: ClassVar[Any] = "-987"
    success_codes: ClassVar[tuple[Any, ...]] = ()  # every way in which the partner writes success: 0, "0", "00"
    at: ClassVar[datetime] = WORKING_HOUR  # the hour of the test, on the connector's and the partner's clock
    seed: ClassVar[int] = 1
    steps: ClassVar[int] = 30  # of the convergence test

    def settings_for(self, simulator: Simulator) -> dict[str, Any]:
        """Give valid settings that lead to this simulator; secrets long enough to be found in a text (8 or more)."""
        raise NotImplementedError

    def records(self) -> list[Record]:
        """Give records the connector wants: at least one of each kind it accepts, two or more if it takes batches."""
        raise NotImplementedError

    # -- may be given ---------------------------------------------------------------------------------------------

    def changed(self, kind: str, key: str, document: dict[str, Any], *, number: int) -> dict[str, Any] | None:
        """Give the record's next version, as the world would change it (one more event, say); None: it never does."""
        return None

    def refused_record(self, bench: Bench) -> tuple[Record, str | None] | None:
        """Give a record the partner refuses (after telling the simulator so), and the partner's code."""
        return None

    def wrong_settings(self, simulator: Simulator) -> dict[str, Any] | None:
        """Give settings whose credentials the partner refuses."""
        return None

    def prepare(self, bench: Bench) -> None:
        """Bring the partner into the state the pushes need."""

    def fill(self, bench: Bench) -> None:
        """Give the partner something to send down (a pull brings it); three items or more where it has pages."""

    def receivable(self, bench: Bench) -> Request | None:
        """Give an authentic call of the partner, as the hub would receive it."""
        return None

    def wrong_requests(self, bench: Bench) -> Sequence[Request]:
        """Give calls that are not authentic or not readable."""
        return ()

    def doubles(self, effects: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Find what happened twice and must not. By default: the same effect on the same thing with the same content.

        So a simulator writes into an effect's `what` the content, not the number of the try. Override where repeating
        is harmless by the partner's own rules (an update with equal content, say).
        """
        seen: set[bytes] = set()
        found = []
        for effect in effects:
            mark = orjson.dumps([effect["shelf"], effect["name"], effect["what"]], option=orjson.OPT_SORT_KEYS)
            if mark in seen:
                found.append(effect)
            seen.add(mark)
        return found

    # -- given by the contract ------------------------------------------------------------------------------------

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        """The connector, its partner on a real socket, and a driver."""
        clock = SetClock(self.at)
        with self.simulator_class(clock=clock) as simulator:
            bench = self.wire(simulator, clock, self.settings_for(simulator))
            self.prepare(bench)
            yield bench
            bench.wait_until_open()

    @pytest.fixture
    def pushing(self, bench: Bench) -> Bench:
        """The same, for connectors that push."""
        self.need("Pushes")
        return bench

    def wire(self, simulator: Simulator, clock: SetClock, settings: dict[str, Any]) -> Bench:
        """Build a connector with short time-outs whose log is kept."""
        entries: list[Mapping[str, Any]] = []

        def keep(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> Mapping[str, Any]:
            entries.append(dict(entry))
            raise structlog.DropEvent

        tools = Tools(
            channel="contract",
            http=Http(SHORT, shown=self.connector_class.shown_fields),
            clock=clock,
            log=structlog.wrap_logger(None, processors=[keep]),
        )
        connector = self.connector_class(settings, tools)
        return Bench(connector, simulator, clock, Driver(connector), entries)

    def need(self, ability: str) -> None:
        """Skip where the connector lacks the ability."""
        from hub import sdk

        if not issubclass(self.connector_class, getattr(sdk, ability)):
            pytest.skip(f"{self.connector_class.name} has not the ability {ability}")

    def publish(self, bench: Bench, number: int = 0) -> Delivery:
        """Publish one of the records."""
        return bench.driver.publish(*self.records()[number])

    def publish_all(self, bench: Bench) -> list[Delivery]:
        """Publish all records."""
        return [bench.driver.publish(*record) for record in self.records()]
