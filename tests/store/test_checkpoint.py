"""SQLite's log is written back beside the commits, and is whole at every moment."""

from __future__ import annotations

import sqlite3
import threading

import pytest
import structlog
from sqlalchemy import insert, select

from hub.store import checkpoint, migrate
from hub.store.engine import Store
from hub.store.tables import duty
from hub.testing.waiting import wait_until


@pytest.fixture
def path(tmp_path):
    migrate.upgrade(f"sqlite:///{tmp_path / 'hub.db'}")
    return tmp_path / "hub.db"


@pytest.fixture
def store(path):
    one = Store(f"sqlite:///{path}")
    yield one
    one.close()


def put(store, name):
    row = {"name": name, "owner": "x", "until": 1}
    store.write(lambda connection: connection.execute(insert(duty), row))


def names_without_log(path, tmp_path):
    """What the file alone tells, as if the log had never been."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    connection = sqlite3.connect(copy)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM duty")}
    except sqlite3.DatabaseError:  # copied while it was being written
        return set()
    finally:
        connection.close()


def test_what_was_committed_is_in_the_file_soon_though_nobody_commits_again(store, path, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "PAUSE_SECONDS", 0.01)
    with store.reading() as connection:
        connection.execute(select(duty)).all()  # a reader does not stop it
        put(store, "one")
        assert (path.parent / "hub.db-wal").stat().st_size > 0

    wait_until(lambda: names_without_log(path, tmp_path) >= {"one"}, "it was written back", seconds=20)
    put(store, "two")
    wait_until(lambda: names_without_log(path, tmp_path) >= {"one", "two"}, "so is the next", seconds=20)


def test_a_log_that_cannot_be_written_back_now_is_written_back_later(path, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "PAUSE_SECONDS", 0.01)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("INSERT INTO duty (name, owner, until) VALUES ('one', 'x', 1)")
    elsewhere = tmp_path / "elsewhere.db"  # the checkpointer's way to the file, missing at first
    one = checkpoint.Checkpointer(str(elsewhere))
    with structlog.testing.capture_logs() as told:
        one.tell()
        wait_until(lambda: [each["event"] for each in told] == ["store.checkpoint_failed"], "it failed", seconds=20)
    assert not elsewhere.exists()
    elsewhere.symlink_to(path)

    one.tell()

    wait_until(lambda: names_without_log(path, tmp_path) >= {"one"}, "it was written back", seconds=20)
    one.close()
    writer.close()


def test_writers_of_one_process_wait_for_their_turn_without_a_connection(store):
    with store.writing():
        late = threading.Thread(target=put, args=(store, "late"))
        late.start()
        late.join(0.2)
        waits, connections = late.is_alive(), store.engine.pool.checkedout()
    late.join(20)

    assert (waits, connections) == (True, 1)
    assert not late.is_alive()


def test_whoever_writes_finds_the_connection_that_wrote_last(store):
    with store.reading(), store.reading(), store.reading():
        pass  # three in the pool
    used = set()
    for number in range(6):
        put(store, f"n{number}")
        with store.writing() as connection:
            used.add(id(connection.connection.dbapi_connection))

    assert len(used) == 1


def test_closing_ends_the_thread(path):
    before = set(threading.enumerate())
    store = Store(f"sqlite:///{path}")
    put(store, "one")
    begun = [one for one in threading.enumerate() if one not in before and one.name == "checkpoint"]
    store.close()

    assert [one.is_alive() for one in begun] == [False]
