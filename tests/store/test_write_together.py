"""What threads of one process want written at the same moment is one transaction, and each hears only of its own."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from hub.store.tables import duty

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
    """Submit (rank, work) from threads of their own while a first one has its turn; return what each came to."""
    begun, queued, came_to = threading.Event(), threading.Event(), {}

    def first(connection):
        begun.set()
        queued.wait(10)
        return add("first")(connection)

    def run(place, rank, work):
        try:
            came_to[place] = store.write_together(work, rank=rank)
        except IntegrityError as problem:
            came_to[place] = problem

    leader = threading.Thread(target=run, args=("first", "", first))
    leader.start()
    assert begun.wait(10)
    others = [threading.Thread(target=run, args=(place, *one)) for place, one in enumerate(works)]
    for one in others:
        one.start()
    while len(store._together._waiting) < len(works):
        pass
    queued.set()
    for one in [leader, *others]:
        one.join(20)
    return came_to


def test_those_that_wait_share_a_transaction_in_the_order_of_their_ranks(store):
    order, numbers = [], set()

    def work(rank):
        def write(connection):
            order.append(rank)
            numbers.add(
                connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one() if store.postgresql else 0
            )
            add(rank)(connection)
            return rank.upper()

        return rank, write

    came_to = while_one_writes(store, [work(rank) for rank in "dbca"])

    assert came_to == {"first": "first", 0: "D", 1: "B", 2: "C", 3: "A"}
    assert order == ["a", "b", "c", "d"]
    assert len(numbers) == 1
    assert names(store) == ["a", "b", "c", "d", "first"]


def test_f39_what_fails_is_undone_and_fails_alone(store):
    came_to = while_one_writes(store, [("a", add("a")), ("b", add("first")), ("c", add("c"))])

    assert came_to.pop(1).__class__ is IntegrityError
    assert came_to == {"first": "first", 0: "a", 2: "c"}
    assert names(store) == ["a", "c", "first"]


def test_work_runs_in_the_context_of_who_wanted_it(store):
    def run(word):
        SAID.set(word)
        return store.write_together(lambda _connection: SAID.get(), rank=word)

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
        store.write_together(work, rank="")
