"""Pruning by policy: bounded steps, the oldest first, nothing that is younger."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hub.flows import prune as flow
from hub.flows.prune import DAY, prune
from hub.sdk.exchange import Exchange
from hub.store import attempts, bulk, idempotency, items
from hub.store.tables import attempt, exchange, item
from hub.store.tables import idempotency as answers
from hub.testing import house
from hub.testing.clock import SetClock

ROW = {
    "delivery_id": 1, "action": "push", "version": 1, "number": 1, "fence": 1, "outcome": "delivered", "reason": None,
    "code": None, "detail": None, "worker": "w", "milliseconds": 1,
}  # fmt: skip
ITEM = {"channel": "echo", "way": "pulled", "external_id": None, "payload": "{}", "digest": "", "word": "accepted"}


@pytest.fixture
def context(database_url):
    context = house.build(database_url, clock=SetClock(), attempts_days=90, items_days=400, idempotency_days=7)
    yield context
    context.waker.close()
    context.store.close()


def count(context, table) -> int:
    with context.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def try_many(context, number: int, *, days_ago: int, exchanges=()) -> None:
    now = context.now() - days_ago * DAY
    context.store.write(
        lambda connection: bulk.write(connection, attempts.made("echo", [ROW] * number, exchanges=exchanges, now=now))
    )


def test_what_is_older_than_policy_goes_and_nothing_else(context):
    line = Exchange(**dict.fromkeys(Exchange.__dataclass_fields__, ""))
    try_many(context, 3, days_ago=91, exchanges=[line])
    try_many(context, 4, days_ago=89, exchanges=[line])
    for days in (401, 399):
        rows = [{**ITEM, "problem": None, "record": None, "at": context.now() - days * DAY}]
        context.store.write(lambda connection, rows=rows: items.append(connection, rows))
    for days in (8, 6):
        context.store.write(
            lambda connection, days=days: idempotency.keep(
                connection, "c", str(days), digest="", status=200, body="", now=context.now() - days * DAY
            )
        )

    prune(context)

    assert count(context, attempt) == 4
    assert count(context, exchange) == 1
    assert count(context, item) == 1
    assert count(context, answers) == 1
    assert prune(context) == 0


def test_f10_one_turn_is_bounded_and_the_next_goes_on(context, monkeypatch):
    monkeypatch.setattr(flow, "STEP", 10)
    monkeypatch.setattr(flow, "STEPS", 2)
    try_many(context, 50, days_ago=100)
    try_many(context, 5, days_ago=1)

    left = []
    for _ in range(4):
        prune(context)
        left.append(count(context, attempt))

    assert left == [35, 15, 5, 5]


def test_on_postgresql_a_month_goes_in_one_piece(context):
    if not context.store.postgresql:
        pytest.skip("SQLite has no partitions")
    prune(context)  # makes the partitions
    try_many(context, 30, days_ago=0)
    context.clock.advance(hours=24 * 140)
    try_many(context, 5, days_ago=0)

    dropped = prune(context)

    assert dropped == 4  # May and June, of the attempts and of their exchanges
    assert count(context, attempt) == 5
