"""The channels in use: built from the database, rebuilt when somebody changes one there."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import structlog

from hub.domain import vault
from hub.domain.retry import Politeness
from hub.domain.routing import Routing
from hub.flows.channel import Channel
from hub.sdk.http import Http, Timeouts
from hub.sdk.tools import Tools
from hub.store import channels as table
from hub.store.steady import SteadyClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hub.domain.vault import Vault
    from hub.plugging.catalogue import Catalogue
    from hub.sdk.connector import Connector
    from hub.sdk.types import Clock
    from hub.store.engine import Store

__all__ = ["Channel", "Channels"]

log = structlog.get_logger("hub.channels")

FRESH_SECONDS = 0.5  # how long a look at the database is believed


class Channels:
    """Thread-safe; looks at the database at most every half second and keeps connectors that did not change."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        *,
        vault: Vault,
        clock: Clock,
        link: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self._store, self._catalogue, self._vault, self._clock, self._link = store, catalogue, vault, clock, link
        self._lock = threading.Lock()
        self._channels: dict[str, Channel] = {}
        self._fingerprint: tuple[int, int] | None = None
        self._looked = -FRESH_SECONDS

    def __iter__(self) -> Iterator[Channel]:
        """Iterate over the channels by name."""
        self._refresh()
        return iter(list(self._channels.values()))

    def get(self, name: str) -> Channel | None:
        """Return one channel or None."""
        self._refresh()
        return self._channels.get(name)

    def forget(self) -> None:
        """Look at the database at the next use."""
        self._looked = -FRESH_SECONDS

    def _refresh(self) -> None:
        if time.monotonic() - self._looked < FRESH_SECONDS:
            return
        with self._lock:
            if time.monotonic() - self._looked < FRESH_SECONDS:
                return
            with self._store.reading() as connection:
                if isinstance(self._clock, SteadyClock):
                    self._clock.follow(connection)
                fingerprint = table.fingerprint(connection)
                if fingerprint != self._fingerprint:
                    self._channels = {row["name"]: self._channel(row) for row in table.every(connection)}
                    self._fingerprint = fingerprint
            self._looked = time.monotonic()

    def _channel(self, row: Mapping[str, Any]) -> Channel:
        known = self._channels.get(row["name"])
        if known and known.version == row["version"]:
            return known
        routing = Routing.read(row["routing"])  # unread, nobody knows who may be told: nothing is accepted then
        politeness, connector, problem = Politeness(), None, ""
        try:
            politeness = Politeness.read(row["politeness"])
            connector = self._connect(row, politeness)
        except Exception as error:  # noqa: BLE001 (one broken channel must not stop the others)
            problem = f"{error}"
            log.warning("channel.unusable", channel=row["name"], error=type(error).__name__)
        return Channel(row["name"], connector, routing, politeness, row["paused"], row["version"], problem)

    def _connect(self, row: Mapping[str, Any], politeness: Politeness) -> Connector:
        entry = self._catalogue.entry(row["connector"])
        timeouts = Timeouts(politeness.connect_timeout, politeness.read_timeout, politeness.total_timeout)
        http = Http(timeouts, shown=entry.connector.shown_fields, connections=politeness.concurrency + 2)
        tools = Tools(row["name"], http, self._clock, structlog.get_logger("plugin"), self._link)
        return self._catalogue.connect(row["connector"], vault.opened(self._vault, row["settings"]), tools)
