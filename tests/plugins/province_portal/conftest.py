"""The portal's simulator on a socket, and a connector wired to it with a driver that plays the worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.sdk import Http, Timeouts, Tools
from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from plugins.province_portal.connector import ProvincePortal
from plugins.province_portal.simulator import ProvincePortalSimulator


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def portal(clock: SetClock) -> Iterator[ProvincePortalSimulator]:
    with ProvincePortalSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def driver(portal: ProvincePortalSimulator, clock: SetClock) -> Driver:
    http = Http(Timeouts(connect=2, read=3, total=6), shown=ProvincePortal.shown_fields)
    tools = Tools(channel="province", http=http, clock=clock)
    return Driver(ProvincePortal(portal.settings(), tools), channel="province")
