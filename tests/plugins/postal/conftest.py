"""VNPost's simulator on a socket, and a connector wired to it with a driver that plays the worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.sdk import Http, Timeouts, Tools
from hub.testing.clock import SetClock
from hub.testing.driver import Driver
from plugins.postal.connector import Postal
from plugins.postal.simulator import PostalSimulator


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def post(clock: SetClock) -> Iterator[PostalSimulator]:
    with PostalSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def driver(post: PostalSimulator, clock: SetClock) -> Driver:
    http = Http(Timeouts(connect=2, read=3, total=6), shown=Postal.shown_fields)
    return Driver(Postal(post.settings(), Tools(channel="vnpost", http=http, clock=clock)), channel="vnpost")
