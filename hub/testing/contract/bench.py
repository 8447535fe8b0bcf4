"""What a contract test is given: one connector wired to its partner on a real socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk.simulator import Call, Fault
from hub.testing.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Connector
    from hub.sdk.simulator import Simulator
    from hub.testing.clock import SetClock
    from hub.testing.delivery import Delivery
    from hub.testing.driver import Driver


@dataclass
class Bench:
    """One connector wired to its partner, with a driver that plays the worker. `entries`: all it logged."""

    connector: Connector
    simulator: Simulator
    clock: SetClock
    driver: Driver
    entries: list[Mapping[str, Any]] = field(default_factory=list)

    def order(self, fault: Fault, **wish: Any) -> None:
        """Order a fault as `POST /_sim/faults` does; `refuse` waits until the door is open before and shut after."""
        if fault is Fault.REFUSE:
            self.wait_until_open()
        answer = self.control("POST", "/_sim/faults", {"fault": fault, **wish})
        assert "error" not in answer, answer
        if fault is Fault.REFUSE:
            wait_until(lambda: self._refusing, "the door is shut")

    def behave(self) -> None:
        """No faults any more."""
        self.wait_until_open()
        self.control("DELETE", "/_sim/faults")

    def wait_until_open(self) -> None:
        """Wait until the partner listens again."""
        wait_until(lambda: not self._refusing, "the partner listens again")

    def holdings(self) -> dict[str, Any]:
        """What the partner holds."""
        held: dict[str, Any] = self.control("GET", "/_sim/holdings")
        return held

    def effects(self) -> list[dict[str, Any]]:
        """All that ever happened at the partner."""
        effects: list[dict[str, Any]] = self.simulator.memory.effects()
        return effects

    def seen(self) -> int:
        """How many requests the partner saw."""
        seen: int = self.control("GET", "/_sim/log")["seen"]
        return seen

    def held(self, delivery: Delivery) -> Any:
        """What the partner holds of this record; None: nothing."""
        return self.holdings().get(delivery.name)

    def wanted(self, delivery: Delivery) -> Any:
        """What the partner must hold of this record, as plain JSON."""
        return orjson.loads(orjson.dumps(self.connector.holding(self.driver.outgoing(delivery))))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Talk to `/_sim/…` in this process."""
        sent = b"" if body is None else orjson.dumps(body)
        return orjson.loads(self.simulator.control(Call(method, path, {}, {}, sent)).body)

    @property
    def _refusing(self) -> bool:
        return bool(self.simulator._listener.refusing)  # noqa: SLF001 (the kit's own test tool)
