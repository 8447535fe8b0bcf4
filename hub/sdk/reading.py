"""Reads one HTTP/1.1 answer from a socket: whole, within a time and a size, or not at all.

Understood: interim answers, lengths, chunks, answers that end with the connection, gzip and deflate. What cannot be
read as HTTP was an answer of some kind: whether the partner took the request is not known.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from hub.sdk.errors import Garbled, Unanswered
from hub.sdk.unpacking import MAXIMUM_ANSWER, Headers, unpacked

if TYPE_CHECKING:
    import socket

CHUNK = 65_536
MAXIMUM_HEAD = 65_536  # bytes of status line and headers
BLANK = re.compile(rb"\n\r?\n")
STATUS = re.compile(r"HTTP/1\.([01]) ([0-9]{3})(?: |$)")
SIZE = re.compile(rb"([0-9a-fA-F]{1,15})\s*(?:;.*)?\r?\n?")
DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
SWITCHED, FIRST_FINAL = 101, 200
WITHOUT_BODY = frozenset({204, 304})


class Reply(NamedTuple):
    """An answer. keeps: the connection can be used again."""

    status: int
    headers: Headers
    content: bytes
    keeps: bool


class Reading:
    """What has come of an answer. until: monotonic seconds; read: the longest silence."""

    def __init__(self, connection: socket.socket, *, until: float, read: float) -> None:
        self._socket, self._until, self._read = connection, until, read
        self.data = bytearray()

    def more(self) -> bool:
        """Wait for more bytes; return whether any came before the partner hung up. Raises Unanswered, Garbled."""
        left = self._until - time.monotonic()
        if left <= 0:  # a drip of bytes must not hold a thread for ever
            raise Unanswered("The answer took longer than the total time-out.")
        self._socket.settimeout(min(self._read, left))
        came = self._socket.recv(CHUNK)
        self.data += came
        if len(self.data) > MAXIMUM_ANSWER + MAXIMUM_HEAD:
            raise Garbled("The answer is larger than 64 MiB.")
        return bool(came)

    def must(self) -> None:
        """As `more`, when the answer cannot be whole yet."""
        if not self.more():
            raise Unanswered("The answer did not come in time or was cut.")

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        while len(self.data) < size:
            self.must()
        taken = bytes(self.data[:size])
        del self.data[:size]
        return taken

    def line(self) -> bytes:
        """Return the next line with its end."""
        while (end := self.data.find(b"\n")) < 0:
            if len(self.data) > MAXIMUM_HEAD:
                raise _not_http()
            self.must()
        return self.take(end + 1)


def read(reading: Reading, *, bodiless: bool) -> Reply:
    """Read one answer. bodiless: none has a body (HEAD)."""
    version, status, headers = _head(reading)
    while status < FIRST_FINAL and status != SWITCHED:
        version, status, headers = _head(reading)
    if status == SWITCHED:
        raise _not_http()
    words = headers.get("connection", "").lower()  # type: ignore[union-attr]  # a default is given
    keeps = "close" not in words and (version == "1" or "keep-alive" in words)
    if bodiless or status in WITHOUT_BODY:
        return Reply(status, headers, b"", keeps and not reading.data)
    length = headers.get("content-length")
    if "chunked" in (headers.get("transfer-encoding") or "").lower():
        content = _chunks(reading)
    elif length is not None:
        if not DIGITS.fullmatch(length):
            raise _not_http()
        if int(length) > MAXIMUM_ANSWER:
            raise Garbled("The answer is larger than 64 MiB.")
        content = reading.take(int(length))
    else:
        while reading.more():
            pass
        content, keeps = bytes(reading.data), False
        reading.data.clear()
    # What stands after the answer was not asked for: nothing more is read from such a line.
    return Reply(status, headers, unpacked(content, headers), keeps and not reading.data)


def _head(reading: Reading) -> tuple[str, int, Headers]:
    while (end := BLANK.search(reading.data)) is None:
        if len(reading.data) > MAXIMUM_HEAD:
            raise _not_http()
        reading.must()
    first, *lines = reading.take(end.end()).decode("latin-1").rstrip("\r\n").split("\n")
    found = STATUS.match(first.rstrip("\r"))
    if found is None:
        raise _not_http()
    headers = Headers()
    name = ""
    for line in lines:
        if line[:1] in {" ", "\t"} and name:  # the old way to fold a long header
            dict.__setitem__(headers, name, f"{headers[name]} {line.strip()}")
            continue
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in headers and (name != "content-length" or headers[name] != value):
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return found[1], int(found[2]), headers


def _chunks(reading: Reading) -> bytes:
    content = bytearray()
    while True:
        size = SIZE.fullmatch(reading.line())
        if size is None:
            raise _not_http()
        if not (length := int(size[1], 16)):
            break
        if len(content) + length > MAXIMUM_ANSWER:
            raise Garbled("The answer is larger than 64 MiB.")
        content += reading.take(length)
        if reading.line() not in {b"\r\n", b"\n"}:
            raise _not_http()
    while reading.line() not in {b"\r\n", b"\n"}:  # trailers
        pass
    return bytes(content)


def _not_http() -> Unanswered:
    return Unanswered("What came back is no HTTP answer.")
