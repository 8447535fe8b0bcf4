"""A batch gives way: what other clients send singly goes before its lines, and it never stands still.

One line of a batch is worked on after another without a pause, so a client that sends many would have a process (its
interpreter, and on SQLite the database's one writer) nearly for itself. While others are about, a batch is committed in
small pieces, and between two lines it lets a request that has come in meanwhile go first; but however many come, it
works on for a part of the time, and it never waits for its own client. Alone it runs as fast as it can.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 20  # lines of a chunk while others are about
LATELY_SECONDS = 2.0  # after its last request a client is still about
FRESH_SECONDS = 0.5  # who takes longer for one request (a slow line) is not waited for
MOST_SECONDS = 0.25  # of one wait
SHARE = 4  # a batch waits at most SHARE - 1 times as long as it has worked: it keeps this part of the time


class Courtesy:
    """Who is about, and what is in progress singly. One per process; thread-safe."""

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._changed = threading.Condition()
        self._singles: dict[object, tuple[str, float]] = {}  # token → client, when it began
        self._last: dict[str, float] = {}  # client → its last single request; "" for partners that call

    def begin(self, client: str) -> object:
        """Note a single request; `end` wants what this returns."""
        token, now = object(), self.seconds()
        with self._changed:
            self._singles[token] = client, now
            self._last[client] = now
        return token

    def end(self, token: object) -> None:
        """Note that a single request is over."""
        with self._changed:
            self._singles.pop(token, None)
            self._changed.notify_all()

    def others_about(self, client: str) -> bool:
        """Tell whether anybody else has sent something lately."""
        since = self.seconds() - LATELY_SECONDS
        with self._changed:
            return any(last >= since for name, last in self._last.items() if name != client)

    def others_busy(self, client: str) -> bool:
        """Tell whether a request of anybody else is in progress."""
        if not self._singles:
            return False  # looked at for every line: the usual case takes no lock
        with self._changed:
            return self._busy(client)

    def wait(self, client: str, seconds: float) -> None:
        """Wait until no request of anybody else is in progress, `seconds` at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy(client), timeout=seconds)

    def _busy(self, client: str) -> bool:
        since = self.seconds() - FRESH_SECONDS
        return any(began >= since for name, began in self._singles.values() if name != client)


class Way:
    """The way of one thread of a batch: it gives way in the measure in which it has worked."""

    def __init__(self, courtesy: Courtesy, client: str) -> None:
        self._courtesy, self._client = courtesy, client
        self._since = courtesy.seconds()

    def give(self) -> None:
        """Let others go first, if there are any."""
        if not self._courtesy.others_busy(self._client):
            return
        worked = self._courtesy.seconds() - self._since
        self._courtesy.wait(self._client, min(worked * (SHARE - 1), MOST_SECONDS))
        self._since = self._courtesy.seconds()

    def lines(self, most: int) -> int:
        """Return how many lines the next piece may have."""
        return min(most, PIECE) if self._courtesy.others_about(self._client) else most
