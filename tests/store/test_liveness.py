"""A connection that the server ended while it lay idle is replaced before anybody notices."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hub.store import liveness
from hub.store.engine import Store


def test_a_connection_that_ended_while_idle_is_replaced(database_url, monkeypatch):
    store = Store(database_url)
    if not store.postgresql:
        pytest.skip("SQLite has no server that could end a connection")
    with store.reading() as connection:
        first = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = Store(database_url)
    with other.reading() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    other.close()
    monkeypatch.setattr(liveness, "IDLE_SECONDS", -1.0)  # everything counts as idle

    with store.reading() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != first
    store.close()


def test_a_connection_just_used_is_not_tried_again(database_url):
    store = Store(database_url)
    if not store.postgresql:
        pytest.skip("SQLite needs no such try")
    tried = []
    ping = store.engine.dialect.do_ping
    store.engine.dialect.do_ping = lambda connection: tried.append(1) or ping(connection)
    for _ in range(3):
        with store.reading() as connection:
            connection.execute(text("SELECT 1"))

    assert not tried
    store.close()
