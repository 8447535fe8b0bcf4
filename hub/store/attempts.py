"""Attempts and the masked exchanges that they made."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import orjson

from hub.store import bulk
from hub.store.tables import attempt, exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk.exchange import Exchange


def made(channel: str, rows: Sequence[dict[str, Any]], *, exchanges: Sequence[Exchange], now: int) -> list[bulk.Insert]:
    """Return what to write: one row per delivery tried; they share what went over the line."""
    exchange_id = secrets.randbits(62) if exchanges else None
    went = []
    if exchanges:
        content = orjson.dumps(list(exchanges)).decode()
        went = [{"id": exchange_id, "channel": channel, "content": content, "at": now}]
    tried = [row | {"channel": channel, "exchange_id": exchange_id, "at": now} for row in rows]
    return [bulk.Insert(exchange, went), bulk.Insert(attempt, tried)]
