"""Channels: configured connectors, changed while running; their cursors, breakers and health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete, func, insert, select, update

from hub.store.tables import channel, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

JSON_COLUMNS = frozenset({"settings", "routing", "politeness", "breaker", "health"})


def every(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Return all channels by name; JSON columns parsed."""
    rows = connection.execute(select(channel).order_by(channel.c.name)).mappings()
    return [_parsed(row) for row in rows]


def find(connection: Connection, name: str) -> Mapping[str, Any] | None:
    """Return one channel or None."""
    row = connection.execute(select(channel).where(channel.c.name == name)).mappings().first()
    return _parsed(row) if row else None


def fingerprint(connection: Connection) -> tuple[int, int]:
    """Return (how many, sum of versions): differs whenever a channel was added, changed, paused or removed."""
    row = connection.execute(select(func.count(), func.coalesce(func.sum(channel.c.version), 0))).one()
    return int(row[0]), int(row[1])


def put(connection: Connection, name: str, values: Mapping[str, Any], *, now: int) -> str:
    """Add or change a channel; return "created", "updated" or "unchanged"."""
    packed = _packed(values)
    known = find(connection, name)
    if known is None:
        connection.execute(insert(channel), {"name": name, "updated_at": now, **packed})
        return "created"
    if all(known[column] == value for column, value in values.items()):
        return "unchanged"
    change(connection, name, values, now=now)
    return "updated"


def change(connection: Connection, name: str, values: Mapping[str, Any], *, now: int) -> bool:
    """Change columns that processes must notice; return whether the channel exists."""
    done = connection.execute(
        update(channel)
        .where(channel.c.name == name)
        .values(version=channel.c.version + 1, updated_at=now, **_packed(values))
    )
    return bool(done.rowcount)


def remove(connection: Connection, name: str) -> int:
    """Forget a channel and its deliveries; return how many deliveries. Attempts and items stay: they are evidence."""
    connection.execute(delete(channel).where(channel.c.name == name))
    return connection.execute(delete(delivery).where(delivery.c.channel == name)).rowcount


def note(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Write columns that nobody needs to notice: cursor, pulled_at, breaker, health."""
    connection.execute(update(channel).where(channel.c.name == name).values(**_packed(values)))


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if column in JSON_COLUMNS else value
        for column, value in values.items()
    }


def _parsed(row: RowMapping) -> Mapping[str, Any]:
    return {column: orjson.loads(value) if column in JSON_COLUMNS else value for column, value in row.items()}
