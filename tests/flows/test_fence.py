"""A worker that wakes after its lease changes nothing: ten thousand tries on each database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from hub.domain.merge import join
from hub.domain.messages import Role, Source
from hub.flows import operate
from hub.flows.admit import admit_document
from hub.flows.leases import Leases
from hub.store import attempts, bulk, claiming, deliveries, records
from hub.store.deliveries import DELIVERED, PARKED, WAITING, Settled
from hub.store.tables import delivery
from hub.testing import house
from tests.flows.test_accept import put

DELIVERIES, ROUNDS = 100, 100
LEASE = 30_000


@pytest.fixture
def context(database_url):
    one = house.build(database_url)
    one.store.write(_fill)
    yield one
    one.waker.close()
    one.store.close()


def _fill(connection):
    messages = [
        admit_document("dossier", house.dossier(number), Source("district", Role.CLIENT)).message
        for number in range(1, DELIVERIES + 1)
    ]
    held = records.load(connection, [(one.kind, one.key) for one in messages])
    records.save(connection, [(held[one.kind, one.key], join(held[one.kind, one.key], one)) for one in messages], now=0)
    bulk.write(connection, [deliveries.wanted([("echo", one.kind, one.key, 1) for one in messages], now=0)])


def claim(context, owner, now):
    return context.store.write(lambda c: claiming.claim(c, "echo", owner=owner, now=now, lease=LEASE, limit=DELIVERIES))


def settle(context, ours, now):
    """With its attempts, as the flow does: what was told is no lost lease."""
    row = {
        "action": "push", "version": 1, "number": 1, "outcome": "deferred", "reason": "busy", "code": None,
        "detail": None, "worker": "living", "milliseconds": 1,
    }  # fmt: skip

    def write(connection):
        tried = [row | {"delivery_id": one.id, "fence": one.fence} for one in ours]
        made = attempts.made("echo", tried, exchanges=(), now=now)
        return deliveries.settle(connection, ours, now=now, also=lambda _: made)

    return context.store.write(write)


def standing(context):
    with context.store.reading() as connection:
        return connection.execute(select(delivery).order_by(delivery.c.id)).all()


def test_f05_a_worker_that_wakes_after_its_lease_changes_nothing_in_ten_thousand_tries(context):
    now = 1
    for number in range(ROUNDS):
        dead = claim(context, "dead", now)
        now += LEASE
        living = claim(context, "living", now)
        assert len(dead) == len(living) == DELIVERIES
        before = standing(context)

        state = (DELIVERED, WAITING, PARKED)[number % 3]
        late = [
            Settled(one.id, one.fence, 9, state, now, number % 2 == 0, "data", "X", "late", "late", {"late": number})
            for one in dead
        ]
        assert context.store.write(lambda c, late=late, now=now: deliveries.settle(c, late, now=now)) == frozenset()
        leases = Leases(context)
        with leases.hold([replace(one) for one in dead], begun=1e12):
            leases.renew()
        assert standing(context) == before

        ours = [Settled(one.id, one.fence, 1, WAITING, now) for one in living]
        assert len(settle(context, ours, now)) == DELIVERIES
        now += 1


def test_what_a_removed_channel_had_in_hand_is_nobody_elses_when_it_is_made_anew(database_url, partner):
    """SQLite gave the numbers of removed deliveries again: the same number, and the fence of a first claim."""
    context = house.build(database_url)
    hands = []
    for number in (1, 2):
        house.add_echo(context, "echo", partner)
        put(context, house.dossier(number))
        hands.append(claim(context, "worker", context.now()))
        if number == 1:
            operate.remove_channel(context, "echo", force=True, actor="admin")
    late = [Settled(one.id, one.fence, 1, DELIVERED, context.now()) for one in hands[0]]
    kept = context.store.write(lambda c: deliveries.settle(c, late, now=context.now()))

    assert [len(hand) for hand in hands] == [1, 1]
    assert kept == frozenset()
    assert hands[0][0].id != hands[1][0].id
    context.waker.close()
    context.store.close()
