"""SQLite lets one write at a time: threads queue, other processes are looked for often, none is left behind."""

from __future__ import annotations

import sqlite3
import threading

from sqlalchemy import insert, select

from hub.store.tables import duty


def test_many_threads_write_all_they_have(store):
    def work(number: int) -> None:
        for turn in range(5):
            row = {"name": f"{number}-{turn}", "owner": "x", "until": 1}
            store.write(lambda connection: connection.execute(insert(duty), row))  # noqa: B023 (it is called at once)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with store.reading() as connection:
        assert len(connection.execute(select(duty.c.name)).all()) >= 40


def test_a_thread_whose_transaction_fails_lets_the_next_one_write(store):
    for _ in range(2):
        try:
            with store.writing():
                raise RuntimeError
        except RuntimeError:
            pass

    store.write(lambda connection: connection.execute(insert(duty), {"name": "a", "owner": "x", "until": 1}))


def test_a_writer_waits_until_a_stranger_has_ended(store):
    if store.postgresql:
        return  # many write there
    stranger = sqlite3.connect(store.url.database, isolation_level=None, check_same_thread=False)
    stranger.execute("BEGIN IMMEDIATE")
    row = {"name": "a", "owner": "x", "until": 1}
    writer = threading.Thread(target=store.write, args=(lambda connection: connection.execute(insert(duty), row),))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()

    stranger.execute("COMMIT")
    writer.join(10)
    assert not writer.is_alive()
    stranger.close()
