"""Transactions: all or nothing, again when the database asks for it."""

from __future__ import annotations

import os
import resource
import threading

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from hub.store.engine import Store
from hub.store.numbering import TRANSACTION_ID
from hub.store.tables import duty
from hub.store.trouble import Conflict, is_away

ROW = {"name": "a", "owner": "x", "until": 1}


def number_of(connection):
    """Ask for the number that what this PostgreSQL transaction writes would bear."""
    return connection.exec_driver_sql(TRANSACTION_ID[True]).scalar_one()


def owners(store):
    with store.reading() as connection:
        return connection.execute(select(duty.c.owner).order_by(duty.c.name)).scalars().all()


def test_an_exception_undoes_the_transaction(store):
    def work(connection):
        connection.execute(insert(duty), ROW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(work)

    assert owners(store) == []


def test_what_was_to_be_written_is_not_told_by_the_error(store):
    with pytest.raises(DBAPIError) as failed, store.writing() as connection:
        connection.execute(insert(duty), [{**ROW, "owner": "NGUYỄN VĂN MẪU", "until": "x" * 9}] * 2)

    assert "NGUYỄN" not in str(failed.value)


def test_a_conflict_is_done_again(store):
    tries = []

    def work(connection):
        tries.append(1)
        connection.execute(insert(duty), ROW)
        if len(tries) < 3:
            raise Conflict

    store.write(work)

    assert (len(tries), owners(store)) == (3, ["x"])


def test_two_transactions_that_lock_each_other_both_end(store):
    store.write(lambda connection: connection.execute(insert(duty), [ROW, ROW | {"name": "b"}]))
    meet = threading.Barrier(2)
    met = set()

    def work(order):
        def write(connection):
            for name in order:
                connection.execute(update(duty).where(duty.c.name == name).values(owner=order))
                if order not in met and store.postgresql:
                    met.add(order)
                    meet.wait(5)

        store.write(write)

    threads = [threading.Thread(target=work, args=(order,)) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert not any(thread.is_alive() for thread in threads)
    assert len(set(owners(store))) == 1


def test_the_horizon_stops_before_an_open_transaction(store):
    if not store.postgresql:
        pytest.skip("SQLite has one writer at a time; nothing can slip behind")
    with store.writing() as early:
        number = number_of(early)
        with store.writing() as late:
            assert number_of(late) > number
        with store.reading() as connection:
            assert store.horizon(connection) <= number
    with store.reading() as connection:
        assert store.horizon(connection) > number


def test_who_writes_after_another_is_not_numbered_before_it_though_it_began_first(store):
    if not store.postgresql:
        pytest.skip("SQLite has one writer at a time")
    with store.writing() as early:
        early.execute(insert(duty), ROW)  # PostgreSQL numbers it now
        with store.writing() as late:
            number = number_of(late)
        assert number_of(early) >= number


def test_a_write_whose_server_takes_no_writes_any_more_goes_to_another(database_url):
    store = Store(database_url, connections=1)
    if not store.postgresql:
        pytest.skip("SQLite has no replicas")
    with store.reading() as connection:  # as a primary does that was made a replica and kept its connections
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()

    store.write(lambda connection: connection.execute(insert(duty), ROW))

    assert owners(store) == ["x"]
    store.close()


def test_when_no_more_files_may_be_opened_the_database_is_away_and_comes_back(database_url):
    store = Store(database_url)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    one_more = 1 if store.postgresql else 0  # the socket can be opened, what waits for it cannot
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + one_more, hard))
    try:
        with pytest.raises(DBAPIError), store.reading() as connection:
            connection.execute(select(duty.c.owner))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert owners(store) == []
    store.close()


@pytest.fixture
def breaking(database_url):
    """A store with one connection, and what breaks it: called with the connection, it returns which it was."""
    store, other = Store(database_url, connections=1), Store(database_url)
    if not store.postgresql:
        pytest.skip("SQLite has no line that could break")

    def break_line(connection):
        line = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with other.reading() as killer:
            killer.exec_driver_sql(f"SELECT pg_terminate_backend({line}, 5000)")
        return line

    yield store, break_line
    store.close()
    other.close()


def test_a_write_whose_line_breaks_before_the_commit_goes_again(breaking):
    (store, break_line), broken = breaking, []

    def work(connection):
        if not broken:
            broken.append(break_line(connection))
        connection.execute(insert(duty), ROW)

    store.write(work)

    assert owners(store) == ["x"]


def test_a_commit_whose_line_breaks_is_not_done_again(breaking):
    (store, break_line), tries = breaking, []

    def work(connection):
        connection.execute(insert(duty), ROW)
        tries.append(break_line(connection))

    with pytest.raises(DBAPIError) as caught:
        store.write(work)

    assert (len(tries), caught.value.statement) == (1, None)
    assert is_away(caught.value)
