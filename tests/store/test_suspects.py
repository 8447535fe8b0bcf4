"""What was lost three times in a row is taken alone, later and later, and counted; settled tries and pruned ones count not."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from hub.store import attempts, bulk, claiming, deliveries, delivery_views
from hub.store.deliveries import DELIVERED, PARKED, WAITING, Settled
from hub.store.tables import attempt, delivery
from tests.store.test_orphans import LEASE, arrive, keys

BEGUN = 1_000_000
ROW = {
    "action": "push", "version": 1, "outcome": "deferred", "reason": "busy", "code": None, "detail": None,
    "worker": "w", "milliseconds": 1,
}  # fmt: skip


def claim(store, *, now: int, limit: int = 20, seconds: float = 0.0, suspects: bool = True):
    """seconds: of back-off for each lost lease."""

    def work(connection):
        given = {"owner": "w", "now": now, "lease": LEASE, "limit": limit, "suspects": suspects}
        return claiming.claim(connection, "line", **given, back_off=lambda lost: lost * seconds)

    return store.write(work)


def settle(store, claimed, state: str, *, now: int, reason: str = ""):
    def write(connection):
        deliveries.settle(
            connection, [Settled(one.id, one.fence, 1, state, now, reason=reason) for one in claimed], now=now
        )
        tried = [ROW | {"delivery_id": one.id, "number": one.attempts, "fence": one.fence} for one in claimed]
        bulk.write(connection, attempts.made("line", tried, exchanges=(), now=now))

    store.write(write)


def lost(claimed) -> set[int]:
    return {one.lost for one in claimed}


def test_what_was_lost_twice_comes_back_with_its_neighbours_and_what_was_lost_thrice_comes_alone(store):
    held = arrive(store, "a", 8, now=BEGUN)
    assert lost(claim(store, now=BEGUN)) == {0}

    for times in (1, 2):
        again = claim(store, now=BEGUN + times * LEASE)
        assert (keys(again), lost(again)) == (held, {times})
    alone = [claim(store, now=BEGUN + 3 * LEASE) for _ in held]

    assert [len(each) for each in alone] == [1] * 8
    assert sorted(each[0].key for each in alone) == held
    assert {each[0].lost for each in alone} == {3}
    assert all(each[0].uncertain for each in alone)


def lose(store, times: int, *, limit: int = 20) -> int:
    """Let everything be lost so often; return when the last lease ends."""
    for number in range(times):
        claim(store, now=BEGUN + number * LEASE, limit=limit)
    return BEGUN + times * LEASE


def test_a_suspect_goes_before_a_backlog_and_the_backlog_goes_on_beside_it(store):
    arrive(store, "a", 2, now=BEGUN)
    moment = lose(store, 3)
    arrive(store, "b", 100, now=BEGUN - 900_000)

    taken = [keys(claim(store, now=moment)) for _ in range(3)]

    assert sorted(taken[:2]) == [["a00000"], ["a00001"]]
    assert len(taken[2]) == 20
    assert all(key.startswith("b") for key in taken[2])


def test_while_a_suspect_is_in_hand_others_of_them_stay_and_all_else_goes_on(store):
    arrive(store, "a", 30, now=BEGUN)
    moment = lose(store, 3, limit=30)
    arrive(store, "b", 40, now=moment - LEASE)

    first = claim(store, now=moment)
    beside = [claim(store, now=moment, suspects=False) for _ in range(3)]

    assert [one.suspect for one in first] == [True]
    assert [len(each) for each in beside] == [20, 20, 0]
    assert not any(one.suspect for each in beside for one in each)
    assert [one.suspect for one in claim(store, now=moment)] == [True]


def test_each_further_loss_waits_longer_and_the_first_does_not_wait_at_all(store):
    arrive(store, "a", 1, now=BEGUN)
    moment, waited = BEGUN, []
    for _ in range(5):
        (one,) = claim(store, now=moment, seconds=3.0)
        ends = moment + LEASE
        with store.reading() as connection:
            moment = connection.execute(select(delivery.c.due_at)).scalar_one()
        waited.append((one.lost, moment - ends))
        assert moment == ends or claim(store, now=moment - 1) == []

    assert waited == [(0, 0), (1, 3_000), (2, 6_000), (3, 9_000), (4, 12_000)]


def test_only_leases_lost_in_a_row_count(store):
    arrive(store, "a", 1, now=BEGUN)
    moment = BEGUN
    for _ in range(7):  # a partner that is away: tried and settled
        settle(store, claim(store, now=moment), WAITING, now=moment + 1_000)
        moment += 1_000
    (one,) = claim(store, now=moment)
    assert (one.attempts, one.lost) == (8, 0)

    (one,) = claim(store, now=moment + LEASE)
    assert (one.attempts, one.lost) == (9, 1)
    (one,) = claim(store, now=moment + 2 * LEASE)
    assert (one.attempts, one.lost) == (10, 2)
    settle(store, [one], WAITING, now=moment + 2 * LEASE)
    claim(store, now=moment + 2 * LEASE)
    (one,) = claim(store, now=moment + 3 * LEASE)
    assert (one.attempts, one.lost) == (12, 1)


@pytest.mark.parametrize("pruned", [False, True])
def test_a_long_life_with_or_without_its_attempts_makes_no_suspect(store, pruned):
    arrive(store, "a", 1, now=BEGUN)
    for version in range(2, 9):
        settle(store, claim(store, now=BEGUN), DELIVERED, now=BEGUN)
        wanted = deliveries.wanted([("line", "dossier", "a00000", version)], now=BEGUN)
        store.write(lambda c, wanted=wanted: bulk.write(c, [wanted]))
    if pruned:
        store.write(lambda c: c.execute(delete(attempt)))

    assert [(one.fence, one.attempts, one.lost) for one in claim(store, now=BEGUN)] == [(8, 1, 0)]
    assert lost(claim(store, now=BEGUN + LEASE)) == {1}
    assert lost(claim(store, now=BEGUN + 2 * LEASE)) == {2}


def test_what_was_parked_for_it_is_taken_alone_when_it_is_tried_again(store):
    held = arrive(store, "a", 4, now=BEGUN)
    taken = claim(store, now=BEGUN)
    settle(store, taken[:1], PARKED, now=BEGUN, reason="worker_lost")
    settle(store, taken[1:], PARKED, now=BEGUN, reason="exhausted")
    assert store.write(lambda c: delivery_views.replay(c, filters={"channel": "line"}, now=BEGUN)) == 4

    together = [claim(store, now=BEGUN) for _ in range(2)]

    assert sorted(len(each) for each in together) == [1, 3]
    assert [keys(each) for each in together if len(each) == 1] == [held[:1]]
    assert {one.lost for each in together for one in each} == {0}


def test_many_that_were_parked_for_it_and_are_tried_again_hold_nobody_up(store):
    held = arrive(store, "a", 30, now=BEGUN)
    settle(store, claim(store, now=BEGUN, limit=30), PARKED, now=BEGUN, reason="worker_lost")
    store.write(lambda connection: delivery_views.replay(connection, filters={"channel": "line"}, now=BEGUN))
    arrive(store, "b", 5, now=BEGUN + 1)

    alone = claim(store, now=BEGUN + 1)
    beside = claim(store, now=BEGUN + 1, suspects=False)

    assert (len(alone), keys(alone)[0] in held) == (1, True)
    assert len(beside) == 5
    assert all(key.startswith("b") for key in keys(beside))
