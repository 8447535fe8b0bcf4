"""The database: one engine per process, writing and reading transactions, retries where the database asks for them."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.store import address, sqlite
from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Dialect, ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection

Result = TypeVar("Result")

BUSY_SECONDS = 30.0  # how long a SQLite writer waits for another
TRIES = 8  # of one transaction, when the database says "again"
# After a restore all numbers leap ahead (hub.store.epoch): a new cluster counts from the beginning, cursors must not.
LEAP = "COALESCE((SELECT CAST(value AS bigint) FROM hub_state WHERE name = 'transaction_offset'), 0)"
# PostgreSQL numbers a transaction when it first locks a row: it may then wait for one that has a higher number and
# write the same record after it. So the number in the feed is never below that of a transaction that has ended by now.
TRANSACTION_ID = {
    True: (
        "SELECT GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)"
        f" + {LEAP}"  # xmax - 1: the highest that has ended
    ),
    False: f"SELECT {LEAP}",
}
HORIZON = {
    True: text(f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {LEAP}"),
    False: text(f"SELECT {LEAP} + 1"),
}
DISK_FULL = "53100"
AGAIN = frozenset({"40001", "40P01"})  # serialization failure, deadlock detected
READ_ONLY = "25006"


class Conflict(Exception):
    """Another process wrote the same rows first; the transaction is to be done again."""


class Store:
    """Opens transactions. `postgresql` tells the two databases apart where they must differ."""

    def __init__(self, url: str, *, connections: int = 10, pooled: bool = False, direct_url: str = "") -> None:
        """pooled: through a pooler in transaction mode; direct_url: the same database without it."""
        self.url = make_url(_psycopg(url))
        direct = make_url(_psycopg(direct_url)) if direct_url else None
        self.listen_url = direct or (None if pooled else self.url)  # a listener needs a session of its own
        self.postgresql = self.url.get_backend_name() == "postgresql"
        options: dict[str, Any] = {"pool_size": connections, "max_overflow": 10}
        if self.postgresql:
            arguments = address.arguments(self.url, pooled=pooled)
            if pooled:
                arguments["prepare_threshold"] = None  # a prepared statement belongs to a session, which changes hands
            options |= {"pool_pre_ping": True, "connect_args": arguments}
        else:
            options |= {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
        self.engine: Engine = create_engine(self.url, **options)
        if not self.postgresql:
            event.listen(self.engine, "connect", sqlite.prepare)
            event.listen(self.engine, "begin", sqlite.begin)
        else:
            event.listen(self.engine, "do_connect", _connect)
            event.listen(self.engine, "handle_error", _leave_a_replica)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot; nothing is written."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: commits at the end, rolls back on any exception."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(hub_writing=True)
            with connection.begin():
                yield connection

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in a transaction, again when the database reports a deadlock, a lock or a Conflict."""
        for attempt in range(TRIES):
            try:
                with self.writing() as connection:
                    return work(connection)
            except (DBAPIError, Conflict) as problem:
                if attempt == TRIES - 1 or not _again(problem):
                    raise
                time.sleep(random.uniform(0.002, 0.02) * (attempt + 1))  # noqa: S311 (jitter)
        raise AssertionError("unreachable")

    def transaction_id(self, connection: Connection) -> int:
        """Return the running transaction's number in the feed (on SQLite all have the same); ask when all is locked.

        Not below its own number, therefore never below a horizon while it runs; not below those that ended before.
        """
        return int(run(connection, TRANSACTION_ID[self.postgresql]).scalar_one())

    def horizon(self, connection: Connection) -> int:
        """Return the number below which no transaction is open: readers of the feed stop before it."""
        return int(connection.execute(HORIZON[self.postgresql]).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _psycopg(url: str) -> str:
    """Say psycopg 3 explicitly."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _again(problem: Exception) -> bool:
    if isinstance(problem, Conflict):
        return True
    if isinstance(problem, OperationalError) and isinstance(problem.orig, sqlite3.OperationalError):
        return "locked" in str(problem.orig)
    return getattr(getattr(problem, "orig", None), "sqlstate", None) in AGAIN


def _connect(dialect: Dialect, _record: object, words: Any, names: Any) -> DBAPIConnection:
    """Connect; psycopg itself says OSError when the process may open no more files."""
    try:
        return dialect.connect(*words, **names)
    except OSError as problem:
        raise psycopg.OperationalError(str(problem)) from problem


def _leave_a_replica(context: ExceptionContext) -> None:
    """A server that takes no writes has become a replica: its connections are let go, the next finds the primary."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def is_full(problem: Exception) -> bool:
    """Tell whether the database says that its disk is full."""
    cause = getattr(problem, "orig", None)
    full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return full or getattr(cause, "sqlstate", None) == DISK_FULL
