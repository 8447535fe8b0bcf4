"""When the next delivery of each channel falls due: one process asks once for all its channels, not each for itself.

Every commit wakes all threads that wait; without this each of them would ask for its channel. What was read holds
until something is told, until we claim or settle, and for half a second at most: what other workers settle is not told.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from hub.store import delivery_views

if TYPE_CHECKING:
    from hub.flows.context import Context

FRESH_SECONDS = 0.5


class Agenda:
    """One per worker; thread-safe."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._channels: set[str] = set()
        self._due: dict[str, int | None] = {}
        self._mark, self._until = -1, 0.0

    def due(self, channel: str) -> int | None:
        """Return when (ms) the channel's next delivery falls due; a mere read, nobody queues for the writer's lock."""
        with self._lock:
            mark = self._context.waker.mark()
            if channel not in self._due or mark != self._mark or time.monotonic() >= self._until:
                self._channels.add(channel)
                with self._context.store.looking() as connection:
                    self._due = delivery_views.next_due(connection, sorted(self._channels))
                self._mark, self._until = mark, time.monotonic() + FRESH_SECONDS
            return self._due[channel]

    def forget(self, channel: str) -> None:
        """Look again: what is due at the channel has changed by a claim or a settle."""
        with self._lock:
            self._due.pop(channel, None)

    def leave(self, channel: str) -> None:
        """Ask no more for a channel."""
        with self._lock:
            self._channels.discard(channel)
            self._due.pop(channel, None)
