"""One server or several: who writes is found, whoever reads the address; no password stands where others see it."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from hub.store import address
from hub.store.engine import Store
from hub.store.tables import duty
from hub.store.wake import Waker
from hub.testing.waiting import wait_until

LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture
def two_servers(database_url, tmp_path):
    """The address of a server that is away and of one that writes."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        pytest.skip("SQLite is a file")
    return url.set(query={**url.query, "host": (str(tmp_path), str(url.query["host"]))}).render_as_string(False)


def test_of_several_servers_the_one_that_writes_is_found(two_servers):
    store = Store(two_servers)
    store.write(lambda connection: connection.execute(insert(duty), {"name": "a", "owner": "x", "until": 1}))

    with store.reading() as connection:
        assert connection.execute(select(duty.c.owner)).scalars().all() == ["x"]
    store.close()


def test_whoever_listens_finds_the_one_that_writes_too(two_servers, database_url):
    store = Store(two_servers)
    waker = Waker(store)
    waker.wait(0.01, since=waker.mark())

    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as plain:
        wait_until(lambda: plain.execute(LISTENING).fetchone() == (1,), "somebody listens")
    waker.close()
    store.close()


@pytest.mark.parametrize("hosts", ["host=a:5432&host=b:5433", "host=a,b&port=5432,5433"])
def test_programs_of_postgresql_read_the_same_servers(hosts):
    text = address.connection_string(make_url(f"postgresql+psycopg://hub:secret@/lienthong?{hosts}"))
    told = psycopg.conninfo.conninfo_to_dict(text)

    assert (told["host"], told["port"], told["user"], told["dbname"]) == ("a,b", "5432,5433", "hub", "lienthong")
    assert told["target_session_attrs"] == "read-write"
    assert "secret" not in text
    assert "password" not in told


def test_what_the_address_says_itself_stands():
    url = make_url("postgresql+psycopg://hub@a/lienthong?connect_timeout=9&keepalives_idle=60&target_session_attrs=any")

    assert not {"connect_timeout", "keepalives_idle", "target_session_attrs"} & address.arguments(url).keys()
    assert "connect_timeout=9" in address.connection_string(url)


def test_the_server_notices_too_that_a_machine_has_vanished_and_a_pooler_is_not_told():
    url = make_url("postgresql+psycopg://hub@a/lienthong")

    assert "tcp_keepalives_idle=10" in address.arguments(url)["options"]
    assert "options" not in address.arguments(url, pooled=True)
