"""A client's journal: what it is about to send and what was acknowledged, on disk before the next step is taken."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Journal:
    """Append-only lines of JSON; `write` returns when they are on disk."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if path.stat().st_size and path.read_bytes()[-1:] != b"\n":
            os.write(self._file, b"\n")  # the line that a kill tore is left alone

    def write(self, lines: Sequence[dict[str, Any]]) -> None:
        """Append and fsync."""
        data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines; a torn one was never relied upon."""
    with path.open("rb") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                continue
