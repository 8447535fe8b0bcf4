"""Attempts and the masked exchanges that they made."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import insert

from hub.store import bulk
from hub.store.tables import attempt, exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from hub.sdk.exchange import Exchange


def append(
    connection: Connection, channel: str, rows: Sequence[dict[str, Any]], *, exchanges: Sequence[Exchange], now: int
) -> None:
    """Write one row per delivery tried; they share what went over the line."""
    exchange_id = None
    if exchanges:
        exchange_id = secrets.randbits(62)
        content = orjson.dumps(list(exchanges)).decode()
        connection.execute(insert(exchange), {"id": exchange_id, "channel": channel, "content": content, "at": now})
    bulk.insert(
        connection, attempt, [row | {"channel": channel, "exchange_id": exchange_id, "at": now} for row in rows]
    )
