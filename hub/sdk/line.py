"""Keep-alive lines to partners: HTTP/1.1 on plain sockets, TLS checked against the public authorities.

The lease is looked at before a request is made (`Http`), before a connection is opened, and when the bytes are handed
to the system: a process stopped in between would send what somebody else has sent meanwhile. A request leaves whole.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import deque
from functools import cache
from typing import TYPE_CHECKING

from hub.sdk import careful
from hub.sdk.errors import NotSent, Unanswered
from hub.sdk.reading import Reading, Reply, read

if TYPE_CHECKING:
    from hub.sdk.http import Timeouts
    from hub.sdk.place import Place


class Line:
    """One connection, used by one thread at a time. Raises NotSent while it is made."""

    def __init__(self, place: Place, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        try:
            self._socket = socket.create_connection((place.host, place.port), timeouts.connect)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if place.scheme == "https":
                self._socket = _authorities().wrap_socket(self._socket, server_hostname=place.host)
        except (OSError, ValueError):  # TLS errors are OSErrors; a failed handshake closes the socket
            raise NotSent("No connection could be made.") from None
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self.reusable = False  # until a whole answer says so

    def is_quiet(self) -> bool:
        """Tell whether the partner has neither hung up nor said anything unasked meanwhile."""
        return not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()) and not self._poll.poll(0)

    def ask(self, request: bytes, *, until: float, bodiless: bool) -> Reply:
        """Send a request whole and read its answer whole, until `until` (monotonic seconds). Raises Unanswered."""
        self.reusable = False
        careful.look()
        try:
            self._socket.settimeout(max(until - time.monotonic(), 0.001))
            self._socket.sendall(request)
            reply = read(Reading(self._socket, until=until, read=self._timeouts.read), bodiless=bodiless)
        except TimeoutError:
            raise Unanswered("The answer did not come in time or was cut.") from None
        except OSError:
            raise Unanswered("The connection was cut before the answer.") from None
        self.reusable = reply.keeps
        return reply

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Lines:
    """The idle lines of one `Http`; safe for many threads. most: idle ones kept for each place."""

    def __init__(self, timeouts: Timeouts, *, most: int) -> None:
        self._idle: dict[Place, deque[Line]] = {}
        self._timeouts, self._most = timeouts, most

    def ask(self, place: Place, request: bytes, *, until: float, bodiless: bool = False) -> Reply:
        """Send over an idle line or a new one. Raises NotSent, Unanswered, Garbled."""
        careful.look()
        line = self._take(place) or Line(place, self._timeouts)
        try:
            reply = line.ask(request, until=until, bodiless=bodiless)
        except BaseException:
            line.close()
            raise
        idle = self._idle.setdefault(place, deque())
        if line.reusable and len(idle) < self._most:
            idle.append(line)
        else:
            line.close()
        return reply

    def __del__(self) -> None:
        """Hang up when nobody can speak any more."""
        self.close()

    def close(self) -> None:
        """Hang up all that is idle."""
        for place in list(self._idle):
            while (line := self._pop(place)) is not None:
                line.close()

    def _take(self, place: Place) -> Line | None:
        while (line := self._pop(place)) is not None:
            if line.is_quiet():
                return line
            line.close()
        return None

    def _pop(self, place: Place) -> Line | None:
        try:
            return self._idle[place].pop()
        except (KeyError, IndexError):  # another thread may have taken the last one
            return None


@cache
def _authorities() -> ssl.SSLContext:
    """Whom we trust, read once: the list every browser ships, not this machine's own."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
