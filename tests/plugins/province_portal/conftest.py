"""The portal's simulator on a socket, and a connector wired to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from plugins.province_portal.connector import ProvincePortal
from plugins.province_portal.simulator import ProvincePortalSimulator
from tests.plugins.wiring import wired


@pytest.fixture
def portal(clock: SetClock) -> Iterator[ProvincePortalSimulator]:
    with ProvincePortalSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def driver(portal: ProvincePortalSimulator) -> Driver:
    return wired(ProvincePortal, portal, channel="province")
