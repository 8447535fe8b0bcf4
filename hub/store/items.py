"""What partners gave us, raw: evidence that outlives any mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.store import bulk
from hub.store.tables import item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


LATEST = 2_000  # items of a channel among which one that is heard again is looked for


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write items; columns channel, way, external_id, payload, digest, word, problem, record, at."""
    bulk.insert(connection, item, rows)


def unheard(connection: Connection, channel: str, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the rows without the refused ones that a channel's latest items hold already, word for word."""
    if not any(row["word"] == "refused" for row in rows):
        return rows
    latest = select(item.c.digest, item.c.word).where(item.c.channel == channel).order_by(item.c.id.desc())
    heard = {found.digest for found in connection.execute(latest.limit(LATEST)) if found.word == "refused"}
    return [row for row in rows if row["word"] != "refused" or row["digest"] not in heard]


def page(connection: Connection, channel: str, *, after: int = 0, limit: int = 100) -> Sequence[RowMapping]:
    """Return a channel's items, oldest first, after an id."""
    query = select(item).where(item.c.channel == channel, item.c.id > after).order_by(item.c.id).limit(limit)
    return connection.execute(query).mappings().all()
