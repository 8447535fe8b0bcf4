"""Drops what is older than policy keeps, a few rows at a time: the oldest first, by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Numbers grow with time: the oldest are a range of the primary key, and no index by time is needed.
OLDEST = "at < :before AND id <= (SELECT max(id) FROM (SELECT id FROM {table} ORDER BY id LIMIT :limit) AS oldest)"
OLDEST_ATTEMPTS = OLDEST.format(table="attempt")
OLDEST_ITEMS = OLDEST.format(table="item")
EXCHANGES = text(
    f"DELETE FROM exchange WHERE at < :before AND id IN (SELECT exchange_id FROM attempt WHERE {OLDEST_ATTEMPTS})"  # noqa: S608 (no outside text)
)
ATTEMPTS = text(f"DELETE FROM attempt WHERE {OLDEST_ATTEMPTS}")  # noqa: S608
ITEMS = text(f"DELETE FROM item WHERE {OLDEST_ITEMS}")  # noqa: S608


def attempts(connection: Connection, *, before: int, limit: int) -> int:
    """Drop up to `limit` of the oldest attempts, and what went over the line for them; return how many attempts."""
    given = {"before": before, "limit": limit}
    connection.execute(EXCHANGES, given)
    return connection.execute(ATTEMPTS, given).rowcount


def items(connection: Connection, *, before: int, limit: int) -> int:
    """Drop up to `limit` of the oldest raw items; return how many."""
    return connection.execute(ITEMS, {"before": before, "limit": limit}).rowcount
