"""What threads of one process want written at the same moment is one transaction, and each hears only of its own."""

from __future__ import annotations

import sqlite3
import threading
from contextvars import ContextVar

import psycopg
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.store import bulk, deliveries, ledger
from hub.store.deliveries import Settled
from hub.store.tables import delivery, duty
from hub.store.tables import ledger as ledger_table
from hub.testing.waiting import wait_until

SAID = ContextVar("SAID", default="")


def names(store):
    with store.reading() as connection:
        return connection.execute(select(duty.c.name).order_by(duty.c.name)).scalars().all()


def add(name):
    def write(connection):
        connection.execute(insert(duty), {"name": name, "owner": "x", "until": 1})
        return name

    return write


def while_one_writes(store, works):
    """Submit (ids, work) from threads of their own, in this order, while a first one has its turn."""
    begun, queued, came_to = threading.Event(), threading.Event(), {}

    def first(connection):
        begun.set()
        queued.wait(10)
        return add("first")(connection)

    def run(place, settles, work):
        try:
            came_to[place] = store.joint.write(work, settles=settles)
        except (IntegrityError, OperationalError) as problem:
            came_to[place] = problem

    threads = [threading.Thread(target=run, args=("first", (), first))]
    threads[0].start()
    assert begun.wait(10)
    for place, (settles, work) in enumerate(works):
        threads.append(threading.Thread(target=run, args=(place, settles, work)))
        threads[-1].start()
        wait_until(lambda: len(store.joint._together._waiting) == len(threads) - 1, "it stands in the queue")
    queued.set()
    for one in threads:
        one.join(30)
    return came_to


def test_those_that_wait_share_a_transaction(store):
    numbers = set()

    def work(name):
        def write(connection):
            if store.postgresql:
                numbers.add(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())
            return add(name)(connection).upper()

        return (), write

    came_to = while_one_writes(store, [work(name) for name in "dbca"])

    assert came_to == {"first": "first", 0: "D", 1: "B", 2: "C", 3: "A"}
    assert len(numbers) == store.postgresql
    assert names(store) == ["a", "b", "c", "d", "first"]


def test_f39_what_fails_is_undone_and_fails_alone(store):
    came_to = while_one_writes(store, [((), add("a")), ((), add("first")), ((), add("c"))])

    assert came_to.pop(1).__class__ is IntegrityError
    assert came_to == {"first": "first", 0: "a", 2: "c"}
    assert names(store) == ["a", "c", "first"]


def test_when_the_answer_to_a_commit_is_lost_nothing_is_written_twice(store):
    def tell(name):
        return (), lambda connection: ledger.append(connection, what="settled", actor=name, content=[name], now=1)

    real, commits = store.engine.dialect.do_commit, []

    def lost(connection):
        real(connection)
        commits.append(1)
        if len(commits) == 2:
            raise (psycopg.OperationalError if store.postgresql else sqlite3.OperationalError)("the line broke")

    store.engine.dialect.do_commit = lost
    came_to = while_one_writes(store, [tell("a"), tell("b")])

    assert isinstance(came_to[0], OperationalError)
    assert isinstance(came_to[1], OperationalError)
    with store.reading() as connection:
        query = select(ledger_table.c.actor, func.count()).group_by(ledger_table.c.actor)
        assert dict(connection.execute(query).all()) == {"a": 1, "b": 1}


def test_two_that_settle_rows_of_one_channel_and_one_that_accepts_do_not_lock_each_other_out(postgres_store):
    """Each in another order: whoever settled one row and then waited for another would stand in a circle."""
    store = postgres_store
    rows = [("line", "dossier", f"k{number}", 1) for number in range(4)]
    store.write(lambda connection: bulk.write(connection, [deliveries.wanted(rows, now=1)]))
    with store.reading() as connection:
        ids = dict(connection.execute(select(delivery.c.key, delivery.c.id)).all())
    holds, tries, accepted = threading.Event(), [], []

    def settle(key):
        def work(connection):
            ours = deliveries.settle(connection, [Settled(ids[key], 0, 1, "delivered", 5)], now=5)
            if key == "k3" and not holds.is_set():  # k1 is not settled yet
                holds.set()
                threading.Thread(target=accept).start()
                wait_until(waits, "the one that accepts waits for us")
            return len(ours)

        return [ids[key]], work

    def accept():
        accepted.append(store.write(want))

    def want(connection):
        tries.append(1)
        again = [("line", "dossier", key, 2) for key in ("k1", "k3")]
        return bulk.write(connection, [deliveries.wanted(again, now=6)])

    def waits():
        with store.reading() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one()

    came_to = while_one_writes(store, [settle("k3"), settle("k1")])
    wait_until(lambda: accepted, "it has accepted")

    assert came_to == {"first": "first", 0: 1, 1: 1}
    assert len(tries) == 1  # PostgreSQL broke no circle


def test_work_runs_in_the_context_of_who_wanted_it(store):
    def run(word):
        SAID.set(word)
        return store.joint.write(lambda _connection: SAID.get())

    heard = {}
    threads = [threading.Thread(target=lambda word=word: heard.update({word: run(word)})) for word in "abcdef"]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    assert heard == {word: word for word in "abcdef"}


def test_what_the_work_raises_reaches_its_caller(store):
    def work(_connection):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        store.joint.write(work)
