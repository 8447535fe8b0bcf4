"""Connections that lay idle are tried before they are used; one that was just in use is not: that would cost a turn.

A server that went away within that second is noticed by the statement itself, and all its connections are let go.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

IDLE_SECONDS = 1.0


def watch(engine: Engine) -> None:
    """Let an engine try the connections of its pool that lay idle."""
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def note(_connection: DBAPIConnection | None, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: DBAPIConnection, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used", time.monotonic()) <= IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as problem:
            raise DisconnectionError from problem
