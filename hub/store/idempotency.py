"""Answers already given to a POST with an Idempotency-Key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, tuple_

from hub.store.tables import idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping


def find(connection: Connection, client: str, key: str) -> RowMapping | None:
    """Return digest, status and body of the first answer, or None."""
    query = select(idempotency).where(idempotency.c.client == client, idempotency.c.key == key)
    return connection.execute(query).mappings().first()


def keep(connection: Connection, client: str, key: str, *, digest: str, status: int, body: str, now: int) -> None:
    """Remember an answer, in the transaction that it tells of. A twin that was first raises IntegrityError."""
    connection.execute(
        insert(idempotency),
        {"client": client, "key": key, "digest": digest, "status": status, "body": body, "at": now},
    )


def forget(connection: Connection, *, before: int, limit: int = 5_000) -> int:
    """Drop answers older than `before` (ms), a small step at a time; return how many."""
    here = tuple_(idempotency.c.client, idempotency.c.key)
    old = select(idempotency.c.client, idempotency.c.key).where(idempotency.c.at < before)
    oldest = old.order_by(idempotency.c.at).limit(limit)
    return connection.execute(delete(idempotency).where(here.in_(oldest))).rowcount
