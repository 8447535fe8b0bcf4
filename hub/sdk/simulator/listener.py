"""A simulator's door: a real HTTP/1.1 server; it can be shut for a while and opened again on the same port."""

from __future__ import annotations

import logging
import socket
import threading
import time
from typing import TYPE_CHECKING

from hub.sdk.simulator.connection import Connection
from hub.sdk.simulator.loop import READ, Loop

if TYPE_CHECKING:
    from hub.sdk.simulator.base import Simulator

QUEUE = 1_024  # connections that wait to be taken
TRY_AGAIN_SECONDS = 0.05

log = logging.getLogger("hub.simulator")


class Listener:
    """Serves every connection in one thread, and can stop listening for a while (`refuse`), on the same port."""

    def __init__(self, simulator: Simulator, host: str, port: int) -> None:
        self._simulator = simulator
        self._door = _door(host, port)
        self.host, self.port = host, int(self._door.getsockname()[1])
        self.refusing = False
        self._opens = 0.0  # when the door opens again, on the monotonic clock
        self._connections: set[Connection] = set()
        self._loop = Loop()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Serve in a background thread."""
        self._loop.watch(self._door, READ, self._accept)
        self._thread = threading.Thread(target=self._loop.run, name="simulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop for good; open connections are closed."""
        if self._thread:
            self._loop.ask(self._loop.stop)
            self._thread.join()
            self._thread = None
            for connection in tuple(self._connections):
                connection.close()
        self._door.close()
        self._loop.close()

    def refuse(self, seconds: float) -> None:
        """Close the door (new connections are refused), open it again after `seconds`."""
        self._loop.ask(lambda: self._shut(seconds))

    def _shut(self, seconds: float) -> None:
        if not self.refusing:
            self._loop.watch(self._door, 0, self._accept)
            self._door.close()
            self.refusing = True
        for connection in self._connections:  # those that are already open are cut as well
            connection.doomed = True
        self._opens = max(self._opens, time.monotonic() + seconds)
        self._loop.later(seconds, self._reopen)

    def _reopen(self) -> None:
        if not self.refusing or time.monotonic() < self._opens:
            return
        try:
            self._door = _door(self.host, self.port)
        except OSError:
            log.debug("simulator.port_taken", exc_info=True)
            self._loop.later(TRY_AGAIN_SECONDS, self._reopen)
            return
        self._loop.watch(self._door, READ, self._accept)
        self.refusing = False

    def _accept(self, _events: int) -> None:
        try:
            line, _ = self._door.accept()
            self._connections.add(Connection(line, self._loop, self._simulator, self._connections.discard))
        except OSError:  # it went away before it was taken, or there are no more files
            log.debug("simulator.not_taken", exc_info=True)


def _door(host: str, port: int) -> socket.socket:
    """A second listener on the same port is an error, not a silent take-over."""
    door = socket.create_server((host, port), backlog=QUEUE)  # may follow at once on one that has just gone
    door.setblocking(False)
    return door
