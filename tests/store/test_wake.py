"""Waking: a commit of another process ends the wait; a wait always ends."""

from __future__ import annotations

import os
import resource
import threading

import pytest
from sqlalchemy import insert, text

from hub.store.engine import Store
from hub.store.tables import duty
from hub.store.wake import Waker
from hub.testing.waiting import wait_until

LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


def listeners(store):
    """Count in a transaction of its own: within one, PostgreSQL shows the activity as it was at the first look."""
    with store.reading() as connection:
        return connection.execute(text(LISTENING)).scalar_one()


@pytest.fixture
def waker(store):
    waker = Waker(store)
    yield waker
    waker.close()


def test_a_commit_elsewhere_ends_the_wait(store, waker, database_url):
    woken = []
    waker.wait(0.3, since=waker.mark())  # the watch has begun
    mark = waker.mark()
    thread = threading.Thread(target=lambda: woken.append(waker.wait(20, since=mark)))
    thread.start()

    other = Store(database_url)
    other.write(lambda connection: connection.execute(insert(duty), {"name": "a", "owner": "x", "until": 1}))
    teller = Waker(other)
    teller.tell()
    teller.close()
    thread.join(10)
    other.close()

    assert woken == [True]


def test_a_change_between_looking_and_waiting_is_not_slept_through(waker):
    mark = waker.mark()
    waker.tell()

    assert waker.wait(20, since=mark)


def test_f30_a_wait_without_a_change_ends(waker):
    waker.wait(0.2, since=waker.mark())
    wait_until(lambda: not waker.wait(0.05, since=waker.mark()), "a quiet wait")


def test_a_closed_waker_lets_everybody_go(waker):
    waker.close()

    assert waker.wait(20, since=waker.mark())


def test_a_commit_stays_a_commit_though_nobody_can_be_told(tmp_path):
    store = Store(f"postgresql+psycopg://postgres@/away?host={tmp_path}")

    waker = Waker(store)

    waker.tell()

    waker.close()
    store.close()


def test_a_commit_right_after_another_is_told_too(store, waker, database_url):
    waker.wait(0.3, since=waker.mark())
    other = Store(database_url)
    teller = Waker(other)
    for name in "abc":
        mark = waker.mark()
        other.write(
            lambda connection, name=name: connection.execute(insert(duty), {"name": name, "owner": "x", "until": 1})
        )
        teller.tell()
        assert waker.wait(20, since=mark)
    teller.close()
    other.close()


def test_whoever_listens_goes_on_after_no_more_files_could_be_opened(database_url):
    store = Store(database_url)
    if not store.postgresql:
        pytest.skip("SQLite needs no connection of its own to listen")
    waker = Waker(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    mark = waker.mark()
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, hard))
    try:
        assert waker.wait(60, since=mark), "the failed try wakes everybody"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    wait_until(lambda: listeners(store) == 1, "it listens", seconds=30)
    waker.close()
    store.close()
