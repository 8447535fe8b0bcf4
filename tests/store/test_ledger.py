"""The ledger: entries are chained in one order; every alteration shows."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import delete, update

from hub.store import ledger
from hub.store.tables import ledger as table


def tell(store, number):
    store.write(
        lambda connection: ledger.append(
            connection,
            what="accepted",
            actor="node",
            content=[["dossier", f"k{number}", 1]],
            now=number,
        )
    )


def seal(store):
    return store.write(lambda connection: ledger.seal(store, connection))


def breaks(store):
    with store.reading() as connection:
        return [(one.position, one.sentence) for one in ledger.breaks(connection)]


def test_sealed_entries_hold(store):
    for number in range(5):
        tell(store, number)
    assert seal(store) == 5
    tell(store, 6)
    assert (seal(store), seal(store)) == (1, 0)
    assert breaks(store) == []


@pytest.mark.parametrize(
    ("harm", "place"),
    [
        (update(table).where(table.c.position == 3).values(content='[["dossier","other",1]]'), 3),
        (update(table).where(table.c.position == 2).values(actor="somebody"), 2),
        (update(table).where(table.c.position == 4).values(at=99), 4),
        (delete(table).where(table.c.position == 2), 2),
    ],
)
def test_an_altered_or_missing_entry_is_found(store, harm, place):
    for number in range(5):
        tell(store, number)
    seal(store)
    store.write(lambda connection: connection.execute(harm))

    assert place in [position for position, _ in breaks(store)]


def test_writers_at_the_same_time_leave_no_gap(store):
    ended = threading.Event()

    def write(start):
        for number in range(start, start + 30):
            tell(store, number)

    def sealing():
        while not ended.is_set():
            seal(store)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    sealer = threading.Thread(target=sealing)
    for thread in (*writers, sealer):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    sealer.join()
    seal(store)

    with store.reading() as connection:
        assert len(ledger.sealed(connection)) == 90
    assert breaks(store) == []
