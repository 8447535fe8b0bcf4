"""What a simulator was told, in a SQLite file: it survives kill -9, as a partner's database does."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KNOWN = 10_000  # values kept at hand

TABLES = """
CREATE TABLE IF NOT EXISTS fact (shelf TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (shelf, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effect (number INTEGER PRIMARY KEY, shelf TEXT, name TEXT, what TEXT NOT NULL);
"""


class Memory:
    """Named shelves of JSON values, and the list of every effect in the order it happened."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")  # a killed process loses nothing by this
        self._connection.executescript(TABLES)
        self._depth = 0
        self._known: dict[tuple[str, str], str | None] = {}  # what was read or written lately

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Do all or nothing; other threads wait."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._known.clear()
                if self._depth == 0:
                    self._undo()
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def _commit(self) -> None:
        """Commit; where that is impossible leave no transaction open behind."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._known.clear()
            self._undo()
            raise

    def _undo(self) -> None:
        """Roll back what is still open: some failures (a full disk) have done so already."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def get(self, shelf: str, name: str) -> Any:
        """Return the value or None."""
        with self._lock:
            if (shelf, name) in self._known:
                text = self._known[shelf, name]
            else:
                row = self._connection.execute(
                    "SELECT value FROM fact WHERE shelf = ? AND name = ?", (shelf, name)
                ).fetchone()
                text = self._know(shelf, name, None if row is None else row[0])
        return None if text is None else orjson.loads(text)

    def put(self, shelf: str, name: str, value: Any) -> None:
        """Keep the value under the name."""
        with self._lock:
            text = orjson.dumps(value).decode()
            self._connection.execute(
                "INSERT INTO fact VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (shelf, name, text),
            )
            self._know(shelf, name, text)

    def remove(self, shelf: str, name: str) -> None:
        """Forget the name."""
        with self._lock:
            self._connection.execute("DELETE FROM fact WHERE shelf = ? AND name = ?", (shelf, name))
            self._know(shelf, name, None)

    def all(self, shelf: str, *, after: str = "", limit: int = -1) -> dict[str, Any]:
        """Return a shelf in the order of its names, those after `after`."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT name, value FROM fact WHERE shelf = ? AND name > ? ORDER BY name LIMIT ?", (shelf, after, limit)
            ).fetchall()
        return {name: orjson.loads(value) for name, value in rows}

    def count(self, shelf: str) -> int:
        """Return how many names a shelf has."""
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM fact WHERE shelf = ?", (shelf,)).fetchone()[0])

    def effect(self, shelf: str, name: str, what: Any) -> None:
        """Write down that something happened: doubles show here even where the value does not change."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO effect (shelf, name, what) VALUES (?, ?, ?)", (shelf, name, orjson.dumps(what).decode())
            )

    def effects(self, after: int = 0, limit: int = 10_000) -> list[dict[str, Any]]:
        """Return the effects after a number, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, shelf, name, what FROM effect WHERE number > ? ORDER BY number LIMIT ?", (after, limit)
            ).fetchall()
        return [
            {"number": number, "shelf": shelf, "name": name, "what": orjson.loads(what)}
            for number, shelf, name, what in rows
        ]

    def clear(self) -> None:
        """Forget everything."""
        with self.together():
            self._known.clear()
            self._connection.execute("DELETE FROM fact")
            self._connection.execute("DELETE FROM effect")

    def _know(self, shelf: str, name: str, text: str | None) -> str | None:
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[shelf, name] = text
        return text

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
