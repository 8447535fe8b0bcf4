"""Work does not grow with history: what one round reads is the same after a hundred rounds as after twenty thousand."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.store import attempts, bulk, claiming, deliveries, ledger
from hub.testing import house
from hub.testing.clock import SetClock
from tests.store.filling import fill

SMALL, LARGE = 1_000, 20_000
ROUND = 20
READ = text("SELECT COALESCE(SUM(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables")


@pytest.fixture
def context(database_url):
    context = house.build(database_url, clock=SetClock())
    yield context
    context.waker.close()
    context.store.close()


class Effort:
    """What the database does between `begin` and `end`: rows read (PostgreSQL), thousands of steps (SQLite)."""

    def __init__(self, connection) -> None:
        self._connection = connection
        self._steps = 0

    def begin(self) -> None:
        if self._connection.dialect.name == "sqlite":
            self._dbapi.set_progress_handler(self._step, 100)
        else:
            self._steps = -self._read()

    def end(self) -> int:
        if self._connection.dialect.name == "sqlite":
            self._dbapi.set_progress_handler(None, 0)
        else:
            self._steps += self._read()
        return self._steps

    @property
    def _dbapi(self):
        return self._connection.connection.dbapi_connection

    def _step(self) -> int:
        self._steps += 1
        return 0

    def _read(self) -> int:
        return int(self._connection.execute(READ).scalar_one())


def one_round(context, number) -> int:
    """Accept a dossier, claim twenty deliveries, settle them with attempts and evidence; return the effort."""
    admitted = admit_document("dossier", house.dossier(number), Source("mot-cua", Role.CLIENT))
    spent = []

    def work(connection, _accepted) -> None:
        effort, now = Effort(connection), context.now()
        effort.begin()
        claimed = claiming.claim(connection, "echo", owner="w", now=now, lease=1000, limit=ROUND)
        done = [deliveries.Settled(one.id, one.fence, one.version, "delivered", now) for one in claimed]
        deliveries.settle(connection, done, now=now)
        tries = [
            {"delivery_id": one.id, "action": "push", "version": 1, "number": 1, "fence": one.fence}
            | {"outcome": "delivered", "reason": None, "code": None, "detail": None, "worker": "w", "milliseconds": 1}
            for one in claimed
        ]
        bulk.write(connection, attempts.made("echo", tries, exchanges=[], now=now))
        ledger.append(connection, what="settled", actor="w", content=[], now=now)
        spent.append(effort.end())
        assert len(claimed) == ROUND

    accept(context, [Unit([admitted.message], (), work)])
    return spent[0]


def fill_to(context, dossiers) -> None:
    """The same 400 wait; all the rest is history."""
    with context.store.writing() as connection:
        for table in ("record", "change", "delivery", "attempt", "exchange", "item"):
            connection.execute(text(f"DELETE FROM {table}"))
    fill(context, dossiers=dossiers, attempts=2 * dossiers, waiting=400)


def test_f27_a_round_of_work_costs_the_same_however_long_the_history(context):
    efforts = []
    for dossiers in (SMALL, LARGE):
        fill_to(context, dossiers)
        efforts.append(min(one_round(context, number) for number in (1, 2, 3)))

    assert efforts[0] > 0
    assert efforts[1] <= 1.5 * efforts[0] + ROUND, efforts
