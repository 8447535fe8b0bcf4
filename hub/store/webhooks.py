"""Where clients want to be told of changes, and how far each has been told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from hub.store.tables import webhook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


def put(connection: Connection, client: str, values: Mapping[str, Any]) -> None:
    """Add or change a client's webhook (url, secrets, cursor, due_at, …)."""
    if not connection.execute(update(webhook).where(webhook.c.client == client).values(**values)).rowcount:
        connection.execute(insert(webhook), {"client": client, **values})


def move(connection: Connection, client: str, *, url: str, cursor: str, values: Mapping[str, Any]) -> bool:
    """Write down how telling went, unless the webhook was changed meanwhile; return whether it was still the same."""
    same = (webhook.c.client == client) & (webhook.c.url == url) & (webhook.c.cursor == cursor)
    return bool(connection.execute(update(webhook).where(same).values(**values)).rowcount)


def remove(connection: Connection, client: str) -> bool:
    """Stop telling a client; return whether there was a webhook."""
    return bool(connection.execute(webhook.delete().where(webhook.c.client == client)).rowcount)


def find(connection: Connection, client: str) -> RowMapping | None:
    """Return a client's webhook or None."""
    return connection.execute(select(webhook).where(webhook.c.client == client)).mappings().first()


def due(connection: Connection, *, now: int) -> Sequence[RowMapping]:
    """Return the webhooks whose time has come."""
    query = select(webhook).where(webhook.c.due_at <= now, webhook.c.paused.is_(False)).order_by(webhook.c.due_at)
    return connection.execute(query).mappings().all()
