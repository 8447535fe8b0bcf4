"""The database: one engine per process, writing and reading transactions, retries where the database asks for them."""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from hub.config import SettingsError
from hub.store import address, liveness, sqlite
from hub.store.checkpoint import Checkpointer
from hub.store.joint import Joint
from hub.store.numbering import HORIZON
from hub.store.trouble import Conflict, again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

Result = TypeVar("Result")

UNREADABLE = (
    "HUB_DATABASE_URL: the address cannot be read; in user name and password write @ : / as %40 %3A %2F "
    "(không đọc được địa chỉ; trong tên và mật khẩu hãy viết @ : / thành %40 %3A %2F)"
)
TRIES = 8  # of one transaction, when the database says "again"


class Store:
    """Opens transactions. `postgresql` tells the two databases apart where they must differ."""

    def __init__(
        self, url: str, *, connections: int = 10, pooled: bool = False, direct_url: str = "", there: bool = False
    ) -> None:
        """pooled: through a pooler in transaction mode; direct_url: the same database without it.

        there: a file that is missing is an error; else SQLite makes it.
        """
        self.url = _read(url)
        direct = _read(direct_url) if direct_url else None
        self.listen_url = direct or (None if pooled else self.url)  # a listener needs a session of its own
        self.postgresql = self.url.get_backend_name() == "postgresql"
        options: dict[str, Any] = {"pool_size": connections, "max_overflow": 10, "pool_use_lifo": True}
        if self.postgresql:
            arguments = address.arguments(self.url, pooled=pooled)
            if pooled:
                arguments["prepare_threshold"] = None  # a prepared statement belongs to a session, which changes hands
            options |= {"connect_args": arguments}
        else:
            options |= {"connect_args": {"timeout": sqlite.BUSY_SECONDS, "check_same_thread": False}}
        # an error is logged, and what was to be written names people
        self.engine: Engine = create_engine(self.url, hide_parameters=True, **options)
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext
        self.at_close: list[Callable[[], None]] = []  # of those whose threads use the connections
        if not self.postgresql:
            if there:
                event.listen(self.engine, "do_connect", sqlite.never_make)
            event.listen(self.engine, "connect", sqlite.prepare)
            event.listen(self.engine, "begin", sqlite.begin)
            checkpointer = Checkpointer(self.url.database or "")
            self._turn = partial(sqlite.in_turn, threading.Lock(), checkpointer.tell)
            self.at_close.append(checkpointer.close)
        else:
            address.watch(self.engine)
            liveness.watch(self.engine)
        self.joint = Joint(self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot; nothing is written."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """For one statement by itself: PostgreSQL is not asked to begin and end a transaction."""
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT") if self.postgresql else connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: commits at the end, rolls back on any exception."""
        with self._turn(), self.engine.connect() as plain:
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
                if attempt == TRIES - 1 or not again(problem):
                    raise
                time.sleep(random.uniform(0.002, 0.02) * (attempt + 1))  # noqa: S311 (jitter)
        raise AssertionError("unreachable")

    def horizon(self, connection: Connection) -> int:
        """Return the number below which no transaction is open: readers of the feed stop before it."""
        return int(connection.execute(HORIZON[self.postgresql]).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        for close in self.at_close:
            close()
        self.engine.dispose()


def _read(url: str) -> URL:
    """Read an address, psycopg 3 said explicitly. Raises SettingsError, which does not repeat it."""
    try:
        return make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    except (ValueError, ArgumentError):
        raise SettingsError([UNREADABLE]) from None
