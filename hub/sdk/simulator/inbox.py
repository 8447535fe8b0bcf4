"""Requests out of the bytes of one connection, in whatever pieces they come."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from hub.sdk.simulator.calls import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_HEAD = 1_048_576  # bytes of request line and headers


class Inbox:
    """Takes pieces in, gives whole requests out; what was cut on the way never comes out."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._searched = 0  # so far no head ends
        self._head: tuple[str, str, Mapping[str, str]] | None = None  # of a request whose body is not all here
        self._length = 0  # of its body

    def put(self, piece: bytes | memoryview) -> None:
        """Take in what has come."""
        self._bytes += piece

    def take(self) -> Call | None:
        """Return the next request that is here as a whole. Raises ValueError for what is none."""
        if self._head is None:
            self._take_head()
        if self._head is None or len(self._bytes) < self._length:
            return None
        body = bytes(self._bytes[: self._length])
        del self._bytes[: self._length]
        (method, target, headers), self._head = self._head, None
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}
        return Call(method, parts.path, query, headers, body)

    def _take_head(self) -> None:
        if not self._bytes:
            return
        while self._bytes.startswith((b"\r", b"\n")):  # empty lines between two requests
            del self._bytes[:1]
        end, gap = self._bytes.find(b"\r\n\r\n", self._searched), 4
        if end < 0:
            end, gap = self._bytes.find(b"\n\n", self._searched), 2
        if end < 0:
            if len(self._bytes) > LONGEST_HEAD:
                raise ValueError("The head of this request does not end.")
            self._searched = max(0, len(self._bytes) - 3)
            return
        first, *lines = self._bytes[:end].decode("latin-1").split("\n")
        method, target, _version = first.split()
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        self._length = int(headers.get("content-length") or 0)
        if self._length < 0:
            raise ValueError("No body is shorter than nothing.")
        self._head = method, target, headers
        self._searched = 0
        del self._bytes[: end + gap]
