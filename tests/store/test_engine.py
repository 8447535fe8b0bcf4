"""Transactions: all or nothing, again when the database asks for it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert, select, update

from hub.store.engine import Conflict
from hub.store.tables import duty

ROW = {"name": "a", "owner": "x", "until": 1}


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
        number = store.transaction_id(early)
        with store.writing() as late:
            assert store.transaction_id(late) > number
        with store.reading() as connection:
            assert store.horizon(connection) <= number
    with store.reading() as connection:
        assert store.horizon(connection) > number
