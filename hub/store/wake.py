"""Wakes whoever waits for changes in the database, also those that other processes made.

PostgreSQL: LISTEN/NOTIFY. SQLite: `PRAGMA data_version`, which changes with every commit of another connection.
Both only shorten the wait: everybody who waits also looks by himself after a while.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.store import address

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.store.engine import Store

log = structlog.get_logger("hub.store")

SIGNAL = "lienthong"  # the name of the NOTIFY channel
LOOK_SECONDS = 0.02  # between two looks at SQLite's data_version
TELL_SECONDS = 0.02  # at most one NOTIFY in this time, for all commits of it
LISTEN_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
TICK_SECONDS = 0.3
CLOSE_SECONDS = 2.0  # of telling at the end; a missed word is found by looking


class Waker:
    """One per process; its threads start with the first who waits and with the first who tells."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._mark = 0
        self._commits = 0  # of this process
        self._threads: dict[str, threading.Thread] = {}
        self._ended = False
        store.at_close.append(self.close)

    def mark(self) -> int:
        """Return a mark to take before looking; `wait` returns at once if something changed since."""
        return self._mark

    def wait(self, seconds: float, *, since: int) -> bool:
        """Wait for a change after the mark, at most so long; return whether there was one."""
        self._start(self._watch)
        with self._changed:
            return self._changed.wait_for(lambda: self._mark != since or self._ended, seconds)

    def tell(self) -> None:
        """Say after a commit that there is something new; whoever committed does not wait until others heard it."""
        with self._changed:
            self._mark += 1
            self._commits += 1
            self._changed.notify_all()
        if self._store.postgresql:
            self._start(self._tell)

    def close(self) -> None:
        """Let everybody go, after what is still to be told."""
        self._ended = True
        self._wake()
        if teller := self._threads.get(self._tell.__name__):
            teller.join(CLOSE_SECONDS)

    def _wake(self) -> None:
        with self._changed:
            self._mark += 1
            self._changed.notify_all()

    def _start(self, work: Callable[[], None]) -> None:
        name = work.__name__
        if name not in self._threads:
            with self._changed:
                if name not in self._threads:
                    self._threads[name] = threading.Thread(target=work, name=f"waker{name}", daemon=True)
                    self._threads[name].start()

    def _tell(self) -> None:
        """Tell other processes. What is committed stays so: no trouble here is told on."""
        told = 0
        while True:
            with self._changed:
                while self._commits == told and not self._ended:
                    self._changed.wait()
                if self._commits == told:
                    return
                told = self._commits
            try:
                with self._store.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"NOTIFY {SIGNAL}")
            except SQLAlchemyError as problem:
                log.warning("store.untold", error=type(problem).__name__)
            time.sleep(TELL_SECONDS)

    def _watch(self) -> None:
        watch = self._look
        if self._store.postgresql:
            watch = self._listen if self._store.listen_url else self._tick
        while not self._ended:
            try:
                watch()
            except (psycopg.Error, SQLAlchemyError, OSError) as problem:  # OSError: no more files may be opened
                log.warning("store.waker_lost", error=type(problem).__name__)
                time.sleep(RECONNECT_SECONDS)
                self._wake()  # whatever was missed is found by looking

    def _look(self) -> None:
        with self._store.engine.connect() as connection:
            seen = None
            while not self._ended:
                version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
                connection.rollback()
                if seen is not None and version != seen:
                    self._wake()
                seen = version
                time.sleep(LOOK_SECONDS)

    def _tick(self) -> None:
        """Behind a pooler nobody can listen: whoever waits looks by himself, a little more often."""
        while not self._ended:
            time.sleep(TICK_SECONDS)
            self._wake()

    def _listen(self) -> None:
        assert self._store.listen_url is not None  # noqa: S101 (see _watch)
        url = self._store.listen_url
        with psycopg.connect(address.connection_string(url), autocommit=True, password=url.password) as connection:
            connection.execute(f"LISTEN {SIGNAL}")
            self._wake()
            while not self._ended:
                for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    self._wake()
