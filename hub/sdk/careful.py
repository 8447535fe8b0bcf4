"""Connections that look at the lease at the last moment: when the bytes are handed to the system.

Between "may I?" and the first byte lie the making of the request, a free connection, the partner's handshake: a process
that is stopped there and wakes a minute later would send what somebody else has sent meanwhile.
"""

from __future__ import annotations

from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from hub.sdk import exchange
from hub.sdk.errors import NotSent

ENDED = "The lease on the work in hand has ended; nothing more is sent."


def look() -> None:
    """Raise NotSent when nothing may leave any more."""
    if not exchange.may_send():
        raise NotSent(ENDED)


class _Plain(HTTPConnection):
    def send(self, data: Any) -> None:
        """Hand bytes over; a request whose body is held back is none to the partner."""
        if self.sock is None:
            self.connect()
        look()
        super().send(data)


class _Secure(HTTPSConnection):
    def send(self, data: Any) -> None:
        """Hand bytes over, as `_Plain` does."""
        if self.sock is None:
            self.connect()
        look()
        super().send(data)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Adapter(HTTPAdapter):
    """What `requests` sends through."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Let the pools make such connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
