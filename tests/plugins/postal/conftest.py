"""VNPost's simulator on a socket, and a connector wired to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from plugins.postal.connector import Postal
from plugins.postal.simulator import PostalSimulator
from tests.plugins.wiring import wired


@pytest.fixture
def post(clock: SetClock) -> Iterator[PostalSimulator]:
    with PostalSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def driver(post: PostalSimulator) -> Driver:
    return wired(Postal, post, channel="vnpost")
