"""A connector wired to its partner's simulator, with a driver that plays the worker."""

from __future__ import annotations

from typing import Any

from hub.sdk import Connector, Http, Timeouts, Tools
from hub.testing.driver import Driver


def wired(connector: type[Connector], partner: Any, *, channel: str) -> Driver:
    http = Http(Timeouts(connect=2, read=3, total=6), shown=connector.shown_fields)
    return Driver(
        connector(partner.settings(), Tools(channel=channel, http=http, clock=partner.clock)), channel=channel
    )
