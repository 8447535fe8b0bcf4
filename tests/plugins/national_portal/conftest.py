"""The portal's simulator on a socket, and a connector wired to it with a driver that plays the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.sdk import Http, Timeouts, Tools
from hub.sdk.simulator import Fault
from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from plugins.national_portal.connector import NationalPortal
from plugins.national_portal.simulator import NationalPortalSimulator
from tests.plugins.national_portal.examples import CHANNEL


class Line(Http):
    """The real HTTP tool, which also counts the calls of each service and lets a test act just before one of them."""

    def __init__(self) -> None:
        super().__init__(Timeouts(connect=2, read=3, total=6), shown=NationalPortal.shown_fields)
        self.calls: list[dict[str, Any]] = []
        self.before: Callable[[dict[str, Any]], None] = lambda _: None

    def request(self, method: str, url: str, **options: Any) -> Any:
        body = options.get("json") or {}
        if "service" in body:
            self.before(body)
            self.calls.append(body)
        return super().request(method, url, **options)

    def services(self) -> list[str]:
        """The services called so far, in order."""
        return [call["service"] for call in self.calls]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def portal(clock: SetClock) -> Iterator[NationalPortalSimulator]:
    with NationalPortalSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def connector(portal: NationalPortalSimulator, clock: SetClock, line: Line) -> NationalPortal:
    return NationalPortal(portal.settings(), Tools(channel=CHANNEL, http=line, clock=clock))


@pytest.fixture
def driver(connector: NationalPortal) -> Driver:
    return Driver(connector, channel=CHANNEL)


@pytest.fixture
def strike(portal: NationalPortalSimulator, line: Line) -> Callable[..., None]:
    """Order a fault for the n-th call of a service from now on."""

    def order(service: str, fault: Fault, *, call: int = 1, **wish: Any) -> None:
        left = [call]

        def before(body: dict[str, Any]) -> None:
            left[0] -= body["service"] == service
            if body["service"] == service and left[0] == 0:
                portal.faults.order({"fault": fault, "times": 1, **wish})

        line.before = before

    return order
