"""Clients of the API and their keys, kept only as hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import insert, select, update

from hub.store.tables import client, client_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


def put(connection: Connection, name: str, *, title: str, scopes: Mapping[str, Any], now: int) -> None:
    """Add a client, or change its title and scopes."""
    values = {"title": title, "scopes": orjson.dumps(scopes).decode()}
    known = connection.execute(update(client).where(client.c.name == name).values(**values))
    if not known.rowcount:
        connection.execute(insert(client), {"name": name, "created_at": now, **values})


def every(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Return all clients by name, scopes parsed."""
    rows = connection.execute(select(client).order_by(client.c.name)).mappings()
    return [{**row, "scopes": orjson.loads(row["scopes"])} for row in rows]


def is_there(connection: Connection, name: str) -> bool:
    """Tell whether there is a client of this name."""
    return connection.execute(select(client.c.name).where(client.c.name == name)).first() is not None


def disable(connection: Connection, name: str, *, disabled: bool) -> bool:
    """Let no key of the client in (or let them in again); return whether the client exists."""
    return bool(connection.execute(update(client).where(client.c.name == name).values(disabled=disabled)).rowcount)


def add_key(
    connection: Connection, name: str, *, key_id: str, digest: str, now: int, expires_at: int | None = None
) -> None:
    """Add a key; the others stay valid (rotation)."""
    connection.execute(
        insert(client_key),
        {"id": key_id, "client": name, "hash": digest, "created_at": now, "expires_at": expires_at},
    )


def revoke_key(connection: Connection, key_id: str, *, now: int) -> bool:
    """End a key; return whether it was there."""
    return bool(connection.execute(update(client_key).where(client_key.c.id == key_id).values(revoked_at=now)).rowcount)


def keys(connection: Connection, name: str) -> Sequence[RowMapping]:
    """Return a client's keys without their hashes."""
    columns = [column for column in client_key.c if column.name != "hash"]
    return connection.execute(select(*columns).where(client_key.c.client == name)).mappings().all()


def by_key(connection: Connection, key_id: str) -> Mapping[str, Any] | None:
    """Return key and client (scopes parsed) of a key's public half, or None."""
    query = (
        select(client_key, client.c.title, client.c.scopes, client.c.disabled)
        .join(client, client.c.name == client_key.c.client)
        .where(client_key.c.id == key_id)
    )
    row = connection.execute(query).mappings().first()
    return {**row, "scopes": orjson.loads(row["scopes"])} if row else None
