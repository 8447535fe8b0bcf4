"""Drops what is older than policy keeps, a few rows at a time: the oldest first, by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

OLDEST = "SELECT id FROM {table} ORDER BY id LIMIT :limit"  # numbers grow with time: no index by time is needed
EXCHANGES = text(
    "DELETE FROM exchange WHERE at < :before AND id IN (SELECT exchange_id FROM attempt WHERE at < :before "  # noqa: S608
    f"AND id IN ({OLDEST.format(table='attempt')}))"
)
ATTEMPTS = text(f"DELETE FROM attempt WHERE at < :before AND id IN ({OLDEST.format(table='attempt')})")  # noqa: S608
ITEMS = text(f"DELETE FROM item WHERE at < :before AND id IN ({OLDEST.format(table='item')})")  # noqa: S608


def attempts(connection: Connection, *, before: int, limit: int) -> int:
    """Drop up to `limit` of the oldest attempts, and what went over the line for them; return how many attempts."""
    given = {"before": before, "limit": limit}
    connection.execute(EXCHANGES, given)
    return connection.execute(ATTEMPTS, given).rowcount


def items(connection: Connection, *, before: int, limit: int) -> int:
    """Drop up to `limit` of the oldest raw items; return how many."""
    return connection.execute(ITEMS, {"before": before, "limit": limit}).rowcount
