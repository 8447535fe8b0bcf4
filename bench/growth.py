"""Growth: intake, claims and start on a full database against an empty one, as ratios of one run.

    python -m bench.growth [--dossiers 100000] [--attempts 1000000] [--database URL]

Without --database: SQLite in a temporary directory and a private PostgreSQL with fsync on, one after the other. Both
databases of a pair are measured in turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.prune import prune
from hub.observe import set_up_logging
from hub.store import deliveries, migrate
from hub.testing import house
from hub.testing.databases import create_database
from hub.testing.postgres import throwaway_postgres
from tests.store.filling import fill

if TYPE_CHECKING:
    from hub.store.engine import Store

if TYPE_CHECKING:
    from hub.store.engine import Store

CLIENT = Source("mot-cua", Role.CLIENT)
ROUNDS, UNITS, LIMIT = 40, 32, 20  # measurements; requests in one commit; deliveries in one claim
WAITING = 20_000


class Side:
    """One database of the pair, and what was measured on it."""

    def __init__(self, url: str, *, dossiers: int, attempts: int) -> None:
        migrate.upgrade(url)
        self.context = house.build(url)
        begun = time.perf_counter()
        fill(self.context, dossiers=dossiers, attempts=attempts, waiting=WAITING, sources=20)
        self.filled = time.perf_counter() - begun
        settle_down(self.context.store)
        self.url, self.number, self.rounds = url, 0, {}
        self.intake: list[float] = []
        self.claims: list[float] = []

    def take_in(self) -> None:
        units = []
        for _ in range(UNITS):
            self.number += 1
            message = admit_document("dossier", {**house.dossier(0), "code": f"H56.14-261121-{self.number:06}"}, CLIENT)
            units.append(Unit([message.message]))
        begun = time.perf_counter()
        accept(self.context, units)
        self.intake.append(UNITS / (time.perf_counter() - begun))

    def claim(self) -> None:
        store, count = self.context.store, 0
        begun = time.perf_counter()
        for _ in range(10):
            now = self.context.now()
            claimed = store.write(
                lambda connection, now=now: deliveries.claim(
                    connection, "echo", owner="bench", now=now, lease=60_000, limit=LIMIT, rounds=self.rounds
                )
            )
            done = [deliveries.Settled(one.id, one.fence, one.version, "delivered", now) for one in claimed]
            store.write(lambda connection, done=done, now=now: deliveries.settle(connection, done, now=now))
            count += len(claimed)
        self.claims.append(count / (time.perf_counter() - begun))

    def start(self) -> float:
        """Seconds until a new process has taken in its first dossier."""
        words = [sys.executable, "-c", f"from bench.growth import first; first({self.url!r})"]
        begun = time.perf_counter()
        subprocess.run(words, check=True, env={**os.environ, "HUB_LOG_LEVEL": "error"}, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begun


def settle_down(store: Store) -> None:
    """What the database would do by itself in the minutes after such a load: it belongs to the load."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("VACUUM ANALYZE", "CHECKPOINT") if store.postgresql else ("PRAGMA wal_checkpoint(TRUNCATE)",):
            connection.exec_driver_sql(statement)


def first(url: str) -> None:
    """What a new process does before it can answer."""
    context = house.build(url)
    with context.store.reading() as connection:
        assert migrate.is_current(connection)
    accept(context, [Unit([admit_document("dossier", house.dossier(1), CLIENT).message])])


def measure(name: str, small: str, large: str, *, dossiers: int, attempts: int) -> None:
    empty = Side(small, dossiers=WAITING, attempts=0)
    full = Side(large, dossiers=dossiers, attempts=attempts)
    for side in (empty, full):  # warm
        side.take_in()
        side.claim()
        side.intake.clear()
        side.claims.clear()
    for turn in range(ROUNDS):
        for side in (empty, full) if turn % 2 else (full, empty):
            side.take_in()
            side.claim()
    pairs = {"intake, dossiers/s": "intake", "claim and settle, deliveries/s": "claims"}
    print(f"\n{name}: {dossiers:,} dossiers, {attempts:,} attempts (filled in {full.filled:.0f} s)")
    print(f"| what | empty | full | full / empty (median of {ROUNDS} pairs) |\n|---|---|---|---|")
    for title, field in pairs.items():
        one, other = getattr(empty, field), getattr(full, field)
        ratio = statistics.median(late / early for early, late in zip(one, other, strict=True))
        print(f"| {title} | {statistics.median(one):,.0f} | {statistics.median(other):,.0f} | {ratio:.2f} |")
    starts = [min(side.start() for _ in range(2)) for side in (empty, full)]
    print(f"| start to first commit, s | {starts[0]:.2f} | {starts[1]:.2f} | {starts[1] / starts[0]:.2f} |")
    prunes(full)
    for side in (empty, full):
        side.context.waker.close()
        side.context.store.close()


def prunes(side: Side) -> None:
    """One turn of pruning while half of the attempts are too old, and intake right after it."""
    object.__setattr__(side.context, "settings", replace(side.context.settings, attempts_days=45))
    before = statistics.median(side.intake)
    side.intake.clear()
    begun = time.perf_counter()
    gone = prune(side.context)
    turn = time.perf_counter() - begun
    for _ in range(3):
        side.take_in()
    after = statistics.median(side.intake) / before
    print(f"| one turn of pruning, s | | {turn:.2f} ({gone:,} rows or partitions gone) | intake after: {after:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    wish = parser.parse_args()
    set_up_logging("error", "console")
    size = {"dossiers": wish.dossiers, "attempts": wish.attempts}
    if wish.database != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{folder}/small.db", f"sqlite:///{folder}/large.db", **size)
    if wish.database != "sqlite":
        with throwaway_postgres(durable=True) as url:
            measure("PostgreSQL", create_database(url, "small"), create_database(url, "large"), **size)


if __name__ == "__main__":
    main()
