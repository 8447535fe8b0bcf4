"""What a dead worker had in hand is claimed before a backlog, however long; nothing else changes its place."""

from __future__ import annotations

import pytest

from hub.store import bulk, claiming, deliveries
from hub.store.deliveries import DELIVERED, WAITING, Settled
from hub.store.engine import Store
from hub.store.tables import record

LEASE, BACKLOG = 10_000, 2_000


def arrive(store, prefix: str, count: int, *, now: int, source: str = "district") -> list[str]:
    keys = [f"{prefix}{number:05}" for number in range(count)]
    row = {
        "kind": "dossier", "version": 1, "document": "{}", "claims": "[]", "digest": "", "complete": True,
        "origin": source, "created_at": 0, "updated_at": 0,
    }  # fmt: skip

    def write(connection) -> None:
        bulk.insert(connection, record, [{**row, "key": key} for key in keys])
        wanted = [("line", "dossier", key, 1) for key in keys]
        sources = {("dossier", key): source for key in keys}
        bulk.write(connection, [deliveries.wanted(wanted, now=now, sources=sources)])

    store.write(write)
    return keys


def claim(store, owner: str, *, now: int, limit: int, rounds=None):
    return store.write(
        lambda c: claiming.claim(c, "line", owner=owner, now=now, lease=LEASE, limit=limit, rounds=rounds)
    )


def keys(claimed) -> list[str]:
    return [one.key for one in claimed]


def test_f05_orphans_are_claimed_before_a_backlog_that_was_due_long_before(store):
    now = 1_000_000
    held = arrive(store, "a", 20, now=now)
    assert keys(claim(store, "dead", now=now, limit=20)) == held
    arrive(store, "b", BACKLOG, now=now - 900_000)

    assert not set(held) & set(keys(claim(store, "living", now=now + LEASE - 1, limit=50)))
    resumed = claim(store, "living", now=now + LEASE, limit=50)

    assert keys(resumed)[:20] == held
    assert all(one.uncertain and one.attempts == 2 and one.fence == 2 for one in resumed[:20])
    assert len(resumed) == 50  # no place stays empty


def test_a_probe_of_one_takes_an_orphan(store):
    now = 1_000_000
    arrive(store, "a", 3, now=now)
    claim(store, "dead", now=now, limit=3)
    arrive(store, "b", 100, now=now - 900_000)

    got = [keys(claim(store, "living", now=now + LEASE, limit=1))[0] for _ in range(4)]

    assert sorted(got[:3]) == ["a00000", "a00001", "a00002"]
    assert got[3].startswith("b")


def test_the_oldest_lease_goes_first_when_more_died_than_one_claim_takes(store):
    now = 1_000_000
    arrive(store, "b", 100, now=now - 900_000)
    first = keys(claim(store, "dead", now=now, limit=4))
    second = keys(claim(store, "dead too", now=now + 500, limit=4))

    got = [keys(claim(store, "living", now=now + 2 * LEASE, limit=3)) for _ in range(3)]

    assert sorted(got[0] + got[1][:1]) == sorted(first)
    assert sorted(got[1][1:] + got[2][:2]) == sorted(second)


def test_what_was_tried_and_settled_waits_its_turn(store):
    """A retry is no orphan: a record that always fails does not push itself before others."""
    now = 1_000_000
    arrive(store, "a", 5, now=now)
    tried = claim(store, "living", now=now, limit=5)
    again = [Settled(one.id, one.fence, 1, WAITING, now + 1_000) for one in tried]
    store.write(lambda c: deliveries.settle(c, again, now=now))
    arrive(store, "b", 100, now=now - 900_000)

    assert all(key.startswith("b") for key in keys(claim(store, "living", now=now + LEASE, limit=20)))


def test_sources_take_turns_in_the_places_that_orphans_leave(store):
    now, rounds = 1_000_000, {}
    arrive(store, "a", 4, now=now, source="loud")
    claim(store, "dead", now=now, limit=4)
    arrive(store, "b", 200, now=now - 900_000, source="loud")
    arrive(store, "c", 20, now=now - 100_000, source="quiet")

    first = keys(claim(store, "living", now=now + LEASE, limit=10, rounds=rounds))

    assert sorted(key[0] for key in first) == ["a"] * 4 + ["b"] * 3 + ["c"] * 3
    second = keys(claim(store, "living", now=now + LEASE, limit=10, rounds=rounds))
    assert sorted(key[0] for key in second) == ["b"] * 5 + ["c"] * 5


def test_a_renewed_lease_is_nobodys_orphan(store):
    now = 1_000_000
    arrive(store, "a", 5, now=now)
    held = claim(store, "living", now=now, limit=5)
    arrive(store, "b", 100, now=now - 900_000)
    done = [Settled(one.id, one.fence, 1, DELIVERED, now) for one in held]
    rows = [{"id": one.id, "fence": one.fence, "lease_until": now + 2 * LEASE} for one in held]
    sets = "lease_until = {lease_until}, due_at = {lease_until}"
    store.write(lambda c: bulk.update(c, deliveries.delivery, rows, where=("id", "fence"), sets=sets))

    assert all(key.startswith("b") for key in keys(claim(store, "other", now=now + LEASE, limit=20)))
    assert len(store.write(lambda c: deliveries.settle(c, done, now=now))) == 5


@pytest.mark.parametrize("share", [4, 10])
def test_two_workers_share_the_orphans_without_waiting_for_each_other(postgres_url, share):
    store = Store(postgres_url)
    now = 1_000_000
    held = arrive(store, "a", 2 * share, now=now)
    claim(store, "dead", now=now, limit=2 * share)
    arrive(store, "b", 100, now=now - 900_000)
    with store.writing() as first, store.writing() as second:
        one = claiming.claim(first, "line", owner="1", now=now + LEASE, lease=LEASE, limit=share)
        two = claiming.claim(second, "line", owner="2", now=now + LEASE, lease=LEASE, limit=share)
    store.close()

    assert sorted(keys(one) + keys(two)) == held
