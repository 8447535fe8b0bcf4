"""One caller's line: requests in, one answer after the other out, each held, written and cut as the plan tells."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
from typing import TYPE_CHECKING

from hub.sdk.simulator.inbox import Inbox
from hub.sdk.simulator.loop import READ, WRITE
from hub.sdk.simulator.playing import Told, respond

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk.simulator.base import Simulator
    from hub.sdk.simulator.loop import Loop

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
CUT = Told(cut=True)

log = logging.getLogger("hub.simulator")


class Connection:
    """Reads only while no answer is under way. doomed: the door was shut meanwhile, the next request is cut."""

    def __init__(
        self, line: socket.socket, loop: Loop, simulator: Simulator, gone: Callable[[Connection], None]
    ) -> None:
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.doomed = False
        self._line = line
        self._loop = loop
        self._simulator = simulator
        self._gone = gone
        self._inbox = Inbox()
        self._unsent = memoryview(b"")
        self._cut = False  # once all is sent
        self._last = False  # close once all is sent
        self._events = 0
        self._watch(READ)

    def close(self, *, reset: bool = False) -> None:
        """End it, politely or with a reset."""
        self._watch(0)
        with contextlib.suppress(OSError):  # the caller may have gone before
            if reset:
                self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            else:
                self._line.shutdown(socket.SHUT_WR)
        self._line.close()
        self._gone(self)

    def _watch(self, events: int) -> None:
        if events != self._events:
            self._loop.watch(self._line, events, self._ready)
            self._events = events

    def _ready(self, events: int) -> None:
        self._guarded(self._read if events & READ else self._send)

    def _guarded(self, step: Callable[[], None]) -> None:
        """A caller that went away, or that speaks no HTTP, is no event."""
        try:
            step()
            while self._events == READ and (call := self._inbox.take()):
                self._last = call.headers.get("connection", "").lower() == "close"
                self._tell(CUT if self.doomed else respond(self._simulator, call))
        except Exception:
            log.debug("simulator.connection_ended", exc_info=True)
            self.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            size = self._line.recv_into(self._loop.page)
            if not size:
                self.close()
                return
            self._inbox.put(self._loop.page[:size])

    def _tell(self, told: Told) -> None:
        self._unsent, self._cut = memoryview(told.wire), told.cut
        if told.wait > 0:
            self._watch(0)
            self._loop.later(told.wait, lambda: self._guarded(self._send))
        else:
            self._send()

    def _send(self) -> None:
        if self._unsent:
            with contextlib.suppress(BlockingIOError):
                self._unsent = self._unsent[self._line.send(self._unsent) :]
        if self._unsent:
            self._watch(WRITE)  # a slow reader: go on when there is room
        elif self._cut or self._last:
            self.close(reset=self._cut)
        else:
            self._watch(READ)
