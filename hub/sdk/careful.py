"""Connections that look at the lease at the last moment, and let nothing leave after it.

Between "may I?" and the first byte lie the making of the request, a free connection, the partner's handshake: a process
that is stopped there and wakes a minute later would send what somebody else has sent meanwhile. Bytes that are handed
over lie with the system until the line takes them: after a torn line they would leave minutes later, though we gave up
or died. So the system is told to drop them, when the connection is closed before its answer and when the lease ends.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from typing import TYPE_CHECKING, Any

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from hub.sdk import exchange
from hub.sdk.errors import NotSent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import PreparedRequest

ENDED = "The lease on the work in hand has ended; nothing more is sent."
DROP, FINISH = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)  # what is still to be sent when it is closed


def look() -> float | None:
    """Return for how many seconds things may leave (None: without end). Raises NotSent when nothing may any more."""
    left = exchange.seconds_left()
    if left is not None and left <= 0:
        raise NotSent(ENDED)
    return left


def _bound(sock: Any, linger: bytes, seconds: float) -> None:
    """Say what becomes of bytes that the line has not taken: at the end, and after so many seconds (0: nothing)."""
    with contextlib.suppress(OSError):  # a connection that is broken tells so when it is used
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


@contextlib.contextmanager
def _cut() -> Iterator[None]:
    """TLS that breaks after the handshake is a connection that was cut, not one that never came to be."""
    try:
        yield
    except ssl.SSLError as problem:
        raise ConnectionAbortedError(str(problem)) from problem


class _Careful:
    """What both kinds of connection do."""

    sock: Any
    _pieces: list[Any] | None = None  # of a request that is being made

    def request(self, *arguments: Any, **options: Any) -> None:
        """Make all of a request, then send head and body in one piece: two pieces wake the partner twice."""
        pieces: list[Any] = []
        self._pieces = pieces
        try:
            super().request(*arguments, **options)  # type: ignore[misc]
        finally:
            self._pieces = None
        self.send(b"".join(pieces))

    def send(self, data: Any) -> None:
        """Hand bytes over, or keep them while the request is being made."""
        if self._pieces is not None:
            self._pieces.append(data)
            return
        if self.sock is None:
            look()
            self.connect()  # type: ignore[attr-defined]
        if (left := look()) is not None:
            _bound(self.sock, DROP, max(left, 0.001))
        with _cut():
            super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        """Read the beginning of the answer: then the partner has it all, and the end may be polite."""
        sock = self.sock
        with _cut():
            answer = super().getresponse()  # type: ignore[misc]
        _bound(sock, FINISH, 0)
        return answer


class _Plain(_Careful, HTTPConnection):
    """Without encryption."""


class _Secure(_Careful, HTTPSConnection):
    """With it."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Adapter(HTTPAdapter):
    """What `requests` sends through: without proxies, always with the same TLS settings."""

    def __init__(self, *, hosts: int, connections: int) -> None:
        self._hosts = hosts
        self._pools: dict[str, Any] = {}  # those asked for last, never more than the manager keeps open
        super().__init__(pool_connections=hosts, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Let the pools make such connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The connections to a host, looked for once; it takes a tenth of a call."""
        place = "/".join(str(request.url).split("/", 3)[:3])
        known = self._pools.get(place)
        if known is not None:
            return known
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if len(self._pools) >= self._hosts:
            self._pools.clear()
        self._pools[place] = pool
        return pool

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        """The path and the query: no proxies are used, so none is looked for."""
        return str(request.path_url)

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """The answer without its cookies, which nobody keeps; the names of its headers know no case already."""
        response = Response()
        response.status_code, response.reason, response.headers = resp.status, resp.reason, resp.headers
        response.raw, response.request, response.connection = resp, req, self
        response.url = str(req.url)
        return response
