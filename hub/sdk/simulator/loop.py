"""One thread for many sockets: it calls what is ready, what is due and what other threads ask for, and never waits."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
PAGE = 262_144  # bytes read at once


class Loop:
    """Only `ask` may be called from other threads."""

    def __init__(self) -> None:
        self.page = memoryview(bytearray(PAGE))  # where whoever is called reads into; empty between two calls
        self._selector = selectors.DefaultSelector()
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._asked: deque[Callable[[], None]] = deque()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._running = True
        self.watch(self._ear, READ, self._hear)

    def watch(self, line: socket.socket, events: int, ready: Callable[[int], None]) -> None:
        """Call `ready` whenever one of these events can be served, until others are asked for; 0: never more."""
        known = line.fileno() in self._selector.get_map()
        if not events:
            if known:
                self._selector.unregister(line)
        elif known:
            self._selector.modify(line, events, ready)
        else:
            self._selector.register(line, events, ready)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Call it when the time has passed."""
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), what))

    def ask(self, what: Callable[[], None]) -> None:
        """Call it soon, after what is being served now; from any thread."""
        self._asked.append(what)
        with contextlib.suppress(OSError):  # a full pipe has rung already, a closed one is past
            self._bell.send(b"!")

    def run(self) -> None:
        """Serve until `stop`. Whatever is called must not raise."""
        while self._running:
            pause = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            for key, events in self._selector.select(pause):
                key.data(events)
            while self._due and self._due[0][0] <= time.monotonic():
                heapq.heappop(self._due)[2]()
            while self._asked:
                self._asked.popleft()()

    def stop(self) -> None:
        """End `run` after this round."""
        self._running = False

    def close(self) -> None:
        """Give its own sockets back, once `run` has ended."""
        self._selector.close()
        self._ear.close()
        self._bell.close()

    def _hear(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError):
            self._ear.recv_into(self.page)
