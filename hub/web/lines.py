"""Splits a stream into lines in constant memory: a line over the limit is skipped, not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = 32 * 1024  # bytes in one read; a read waits until it is full or the stream ends


class Readable(Protocol):
    """What a request's stream can do."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        ...


def lines(stream: Readable, *, limit: int) -> Iterator[bytes | None]:
    """Yield each line without its end; None stands for one that was too long."""
    parts: list[bytes] = []
    size, skipping = 0, False
    while block := stream.read(READ):
        start = 0
        while (end := block.find(b"\n", start)) >= 0:
            if skipping or size + end - start > limit:
                yield None
            else:
                yield b"".join((*parts, block[start:end]))
            parts, size, skipping, start = [], 0, False, end + 1
        rest = block[start:]
        size += len(rest)
        if skipping or size > limit:
            parts, skipping = [], True
        elif rest:
            parts.append(rest)
    if skipping:
        yield None
    elif parts:
        yield b"".join(parts)
