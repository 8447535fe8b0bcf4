"""Partitions by time on PostgreSQL: made ahead, dropped whole; what came too early for one moves into it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hub.store import attempts, bulk, items, migrate, partitions
from hub.store.engine import Store

ROW = {
    "delivery_id": 1, "action": "push", "version": 1, "number": 1, "fence": 1, "outcome": "delivered", "reason": None,
    "code": None, "detail": None, "worker": "w", "milliseconds": 1,
}  # fmt: skip


def at(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def store(postgres_url):
    store = Store(postgres_url)
    yield store
    store.close()


def try_once(store: Store, now: int) -> None:
    store.write(lambda connection: bulk.write(connection, attempts.made("echo", [ROW], exchanges=[], now=now)))


def where(store: Store) -> list[tuple[str, int]]:
    with store.reading() as connection:
        return [
            (row[0], row[1]) for row in connection.execute(text("SELECT tableoid::regclass::text, at FROM attempt"))
        ]


def test_the_present_and_the_next_two_months_are_made_once(store):
    first = store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=at(2026, 11, 21)))
    again = store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=at(2026, 11, 22)))
    later = store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=at(2026, 12, 1)))

    assert first == ["attempt_2026_11", "attempt_2026_12", "attempt_2027_01"]
    assert again == []
    assert later == ["attempt_2027_02"]


def test_items_are_divided_by_year(store):
    made = store.write(lambda connection: partitions.make_ahead(connection, "item", now=at(2026, 11, 21)))

    assert made == ["item_2026_01", "item_2027_01", "item_2028_01"]


def test_rows_written_before_their_partition_was_made_move_into_it(store):
    try_once(store, at(2026, 11, 21))
    assert where(store) == [("attempt_rest", at(2026, 11, 21))]

    store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=at(2026, 11, 22)))
    try_once(store, at(2026, 12, 5))

    assert where(store) == [("attempt_2026_11", at(2026, 11, 21)), ("attempt_2026_12", at(2026, 12, 5))]


def test_only_partitions_that_are_wholly_too_old_are_dropped(store):
    store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=at(2026, 11, 21)))
    for month in (11, 12):
        try_once(store, at(2026, month, 20))

    assert store.write(lambda connection: partitions.drop_before(connection, "attempt", at(2026, 11, 30))) == []
    assert store.write(lambda connection: partitions.drop_before(connection, "attempt", at(2026, 12, 1))) == [
        "attempt_2026_11"
    ]
    assert where(store) == [("attempt_2026_12", at(2026, 12, 20))]


def test_the_rows_of_an_older_release_become_the_first_partition(empty_postgres_url):
    migrate.upgrade(empty_postgres_url, to="0001")
    store = Store(empty_postgres_url)
    now = int(datetime.now(UTC).timestamp() * 1000)
    try_once(store, now)
    migrate.upgrade(empty_postgres_url)

    try_once(store, now)
    made = store.write(lambda connection: partitions.make_ahead(connection, "attempt", now=now))
    try_once(store, now + 70 * 86_400_000)

    assert [name for name, _ in where(store)][:2] == ["attempt_before", "attempt_before"]
    assert len(made) == 2  # this month is in the first one
    assert where(store)[2][0] in made
    with store.reading() as connection:
        ids = list(connection.execute(text("SELECT id FROM attempt ORDER BY id")).scalars())
    store.close()
    assert ids == [1, 2, 3]


def test_the_year_that_an_older_release_began_is_made_up_once(empty_postgres_url):
    """The first partition ends within it, so that what is made covers only the rest."""
    migrate.upgrade(empty_postgres_url, to="0001")
    store = Store(empty_postgres_url)
    now = int(datetime.now(UTC).timestamp() * 1000)
    item = {"channel": "c", "way": "pulled", "payload": "{}", "digest": "d", "word": "accepted", "at": now}
    store.write(lambda connection: items.append(connection, [item]))
    migrate.upgrade(empty_postgres_url)

    first, again = (store.write(lambda c: partitions.make_ahead(c, "item", now=now)) for _ in range(2))
    store.close()

    assert (len(first) in {2, 3}, again) == (True, [])
