"""Writes SQLite's log back beside the commits, so that a request that commits seldom has to.

A commit that fills the log waits until all of it was written back and synced (hub.store.sqlite): of a large file that
is as much again as the commit itself. Here a thread does it a second after something was committed, at most once a
second, on a connection of its own; commits go on meanwhile. What is committed is durable before, by the log alone.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import structlog

log = structlog.get_logger("hub.store")

PAUSE_SECONDS = 1.0


class Checkpointer:
    """One per process and database; its thread starts with the first commit."""

    def __init__(self, path: str) -> None:
        self._address = f"{Path(path).absolute().as_uri()}?mode=rw"  # never makes a file that is gone
        self._told = threading.Event()
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def tell(self) -> None:
        """Say after a commit that there is something to write back; does not wait."""
        if self._told.is_set():
            return
        self._told.set()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread; whoever closes the last connection writes back the rest."""
        self._ended.set()
        self._told.set()
        if self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        while self._told.wait() and not self._ended.wait(PAUSE_SECONDS):
            self._told.clear()
            try:
                with closing(sqlite3.connect(self._address, uri=True, isolation_level=None)) as connection:
                    connection.execute("PRAGMA synchronous=FULL")
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error as problem:  # after the next commit again; one that fills the log does it itself
                log.warning("store.checkpoint_failed", problem=type(problem).__name__)
