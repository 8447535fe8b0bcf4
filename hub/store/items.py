"""What partners gave us, raw: evidence that outlives any mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.store import bulk
from hub.store.tables import item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write items; columns channel, way, external_id, payload, digest, word, problem, record, at."""
    bulk.insert(connection, item, rows)


def page(connection: Connection, channel: str, *, after: int = 0, limit: int = 100) -> Sequence[RowMapping]:
    """Return a channel's items, oldest first, after an id."""
    query = select(item).where(item.c.channel == channel, item.c.id > after).order_by(item.c.id).limit(limit)
    return connection.execute(query).mappings().all()
