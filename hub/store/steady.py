"""The hub's own time: one for all its processes, though a machine's clock be wrong or jump.

Leases and due times are compared by many processes; a machine an hour ahead would take what others have in hand, and
what it accepts would wait an hour. So no process trusts its own wall clock. On PostgreSQL the server's clock is read
now and then, and counted on from there by the clock that never jumps (the time since this machine started). On SQLite
all processes are on one machine: they share the offset between that clock and the wall clock as it was first seen, kept
in the database. It follows a corrected wall clock slowly: a second in twenty, at once only when it is half a day off.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from hub.sdk.types import SystemClock
from hub.store import bulk
from hub.store.tables import duty

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.sdk.types import Clock
    from hub.store.engine import Store

FRESH_SECONDS = 10.0  # how long a measure is believed
SLEW = 0.05  # of the time that passes; what is in hand is let go a little earlier for it (hub.flows.leases)
LEAST, MOST = 50, 12 * 3_600_000  # ms: smaller differences are left, larger ones are taken over at once
PREFIX = "clock:"  # of the row in `duty` that holds the offset of one run of the machine
RUN = Path("/proc/sys/kernel/random/boot_id")


def _counted() -> int:
    """Milliseconds since the machine started; never set by anybody."""
    seconds = time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
    return int(seconds * 1000)


class SteadyClock:
    """Thread-safe: its one value, the offset, is replaced whole."""

    def __init__(self, store: Store, *, wall: Clock | None = None) -> None:
        self._store, self._wall = store, wall or SystemClock()
        self._offset: int | None = None
        self._measured = -FRESH_SECONDS
        self._row = PREFIX + (RUN.read_text(encoding="ascii").strip() if RUN.exists() else "")

    def now(self) -> datetime:
        """Return the hub's time."""
        if self._offset is None and self._is_old():
            self._first()
        offset = self._wall_offset() if self._offset is None else self._offset
        return datetime.fromtimestamp((_counted() + offset) / 1000, UTC)

    def follow(self, connection: Connection) -> None:
        """Measure again if the last measure is old."""
        if not self._is_old():
            return
        if self._store.postgresql:
            before = _counted()
            there = int(connection.execute(text("SELECT extract(epoch FROM clock_timestamp()) * 1000")).scalar_one())
            self._offset = self._fitting(there - _counted(), there - before)
        else:
            self._offset = self._kept(connection)
        self._measured = time.monotonic()

    def _fitting(self, least: int, most: int) -> int:
        """Between these two it lies: the longer the answer took, the farther apart. The former stays if it can."""
        return (least + most) // 2 if self._offset is None else min(max(self._offset, least), most)

    def _first(self) -> None:
        """Before anything was measured. On PostgreSQL nothing is done by an unmeasured clock: no database, no time."""
        try:
            with self._store.reading() as connection:
                self.follow(connection)
        except SQLAlchemyError:
            if self._store.postgresql:
                raise

    def _is_old(self) -> bool:
        return time.monotonic() - self._measured >= FRESH_SECONDS

    def anchor(self) -> int:
        """On SQLite: keep the offset if there is none, else follow the wall clock a little; return 1 if it moved.

        Called by those who run the hub, never inside a transaction.
        """
        if self._store.postgresql:
            return 0
        return self._store.write(self._move)

    def _move(self, connection: Connection) -> int:
        kept, wall = self._kept(connection), self._wall_offset()
        if kept is None:
            connection.execute(delete(duty).where(duty.c.name.startswith(PREFIX)))
            bulk.insert(connection, duty, [{"name": self._row, "owner": "clock", "until": wall, "fence": _counted()}])
            self._offset = wall
            return 1
        since = connection.execute(select(duty.c.fence).where(duty.c.name == self._row)).scalar_one()
        passed = min(_counted() - since, int(FRESH_SECONDS * 1000))  # nothing moved while the clock was right
        step, most = wall - kept, int(passed * SLEW)
        if abs(step) < LEAST:
            return 0
        if abs(step) < MOST:
            step = max(min(step, most), -most)
        values = {"until": kept + step, "fence": _counted()}
        connection.execute(update(duty).where(duty.c.name == self._row).values(**values))
        self._offset = kept + step
        return 1

    def _kept(self, connection: Connection) -> int | None:
        kept: int | None = connection.execute(select(duty.c.until).where(duty.c.name == self._row)).scalar_one_or_none()
        return kept

    def _wall_offset(self) -> int:
        return int(self._wall.now().timestamp() * 1000) - _counted()
