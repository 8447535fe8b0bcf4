"""The primary is killed while four threads write; its replica takes over. The whole hub does it in `make chaos`."""

from __future__ import annotations

import itertools
import shutil
import threading

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from chaos.database import home
from chaos.pair import Pair
from hub.store import migrate
from hub.store.engine import Store
from hub.store.tables import duty
from hub.store.wake import Waker
from hub.testing.waiting import wait_until

LISTENING = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
WRITERS = 4
RETURN_SECONDS = 20.0  # on a busy machine; `make chaos` tells the real time


class Writers:
    """Write one row after the other until `ended`; `acknowledged`: names whose commit returned, in order."""

    def __init__(self, store):
        self.acknowledged, self.ended = [], threading.Event()
        self._store, self._numbers = store, itertools.count()
        self.threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def _write(self):
        while not self.ended.is_set():
            name = f"{next(self._numbers):06}"
            row = {"name": name, "owner": "x", "until": 1}
            try:
                self._store.write(lambda connection, row=row: connection.execute(insert(duty), row))
            except SQLAlchemyError:
                self.ended.wait(0.02)  # the primary is away: as whoever publishes does, after a moment again
            else:
                self.acknowledged.append(name)


@pytest.fixture
def pair():
    place = home(None)
    pair = Pair(place)
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.chaos
@pytest.mark.xdist_group("chaos")
def test_after_a_failover_all_acknowledged_is_there_and_writing_and_listening_return_by_themselves(pair):
    migrate.upgrade(pair.url)
    store = Store(pair.url)
    waker, writers = Waker(store), Writers(store)
    waker.wait(0.01, since=waker.mark())
    for thread in writers.threads:
        thread.start()
    wait_until(lambda: len(writers.acknowledged) > 50, "there is load")

    pair.lose(hung=False)
    pair.promote()
    before = len(writers.acknowledged)
    wait_until(lambda: len(writers.acknowledged) > before + WRITERS, "commits return", seconds=RETURN_SECONDS)
    wait_until(lambda: pair.ask(pair.primary, LISTENING), "somebody listens again", seconds=RETURN_SECONDS)

    assert pair.come_back(), "the old primary takes writes"
    writers.ended.set()
    for thread in writers.threads:
        thread.join(RETURN_SECONDS)
    with store.reading() as connection:
        there = set(connection.execute(select(duty.c.name)).scalars())
    assert set(writers.acknowledged) <= there
    assert len(writers.acknowledged) == len(set(writers.acknowledged))
    waker.close()
    store.close()
