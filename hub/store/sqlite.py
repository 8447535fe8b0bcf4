"""How a SQLite connection is made ready, and how its transactions begin."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from hub.store.trouble import is_locked

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from threading import Lock

    from sqlalchemy import Connection

BUSY_SECONDS = 30.0  # how long a writer waits for another
LOOK_MILLISECONDS = 3  # between two looks whether the other has ended; SQLite's own waits grow to a tenth of a second

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=16000",
    "foreign_keys=ON",
    "cache_size=-16000",
    "temp_store=MEMORY",
)


def never_make(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """Open a file that is there; one that is missing would be made, empty and perhaps owned by the wrong user."""
    arguments[0] = f"{Path(arguments[0]).absolute().as_uri()}?mode=rw"
    options["uri"] = True


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Write-ahead log, full sync, a cache of 16 MB.

    The log is written back beside the commits (hub.store.checkpoint); at 64 MB whoever commits does it after all. In a
    large file hardly two changed pages lie together: writing back less often writes the same pages once.
    """
    connection.isolation_level = None  # BEGIN is ours, see below
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextlib.contextmanager
def in_turn(lock: Lock, committed: Callable[[], None]) -> Iterator[None]:
    """SQLite lets one write, and who finds it busy sleeps: the threads of one process queue here instead.

    Nobody waits with a connection in hand: the next takes the one that wrote last and finds its pages in the cache. Who
    waited too long here goes on all the same and hears from SQLite what is wrong. committed: called afterwards.
    """
    ours = lock.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if ours:
            lock.release()
    committed()


def begin(connection: Connection) -> None:
    """A writer takes the lock at once: upgrading later fails when another wrote in between."""
    if not connection.get_execution_options().get("hub_writing"):
        connection.exec_driver_sql("BEGIN")
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 (it is open)
    until = time.monotonic() + BUSY_SECONDS
    driver.execute(f"PRAGMA busy_timeout={LOOK_MILLISECONDS}")
    try:
        while not _begun(connection, last=time.monotonic() > until):
            pass
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


def _begun(connection: Connection, *, last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as problem:
        if last or not is_locked(problem):
            raise
        return False
    return True
