"""What a partner listed, kept on disk while it is compared: memory stays constant however long the list is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Self

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.sdk.types import Listed


class Spool:
    """A private database that the operating system forgets when it is closed."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute(
            "CREATE TABLE listed (kind TEXT, key TEXT, digest TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def add(self, listed: Iterable[Listed]) -> None:
        """Keep a page; the same record again replaces what was said before."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT OR REPLACE INTO listed VALUES (?, ?, ?)", ((one.kind, one.key, one.digest) for one in listed)
        )
        self._connection.execute("COMMIT")

    def take(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key → digest of those that were listed, and forget them."""
        given = (kind, orjson.dumps(keys).decode())
        where = "kind = ? AND key IN (SELECT value FROM json_each(?))"
        found = dict(self._connection.execute(f"SELECT key, digest FROM listed WHERE {where}", given))  # noqa: S608
        self._connection.execute(f"DELETE FROM listed WHERE {where}", given)  # noqa: S608
        return found

    def rest(self, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield kind and key of what was listed and never taken."""
        query = "SELECT kind, key FROM listed WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY kind, key"
        with closing(self._connection.execute(query, (orjson.dumps(kinds).decode(),))) as rows:
            yield from rows

    def __enter__(self) -> Self:
        """For a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget all."""
        self._connection.close()
