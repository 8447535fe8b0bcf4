"""What a worker leaves behind is found by time alone: no sweeper, no recovery before the start, no name to go by."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from hub.flows.leases import Leases
from hub.sdk import digest_of
from hub.store import duties
from hub.store.claiming import claim
from hub.store.deliveries import Settled, settle
from hub.store.tables import attempt, delivery
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.delivering import deliver
from hub.worker.rota import DUTY
from tests.flows.test_accept import put, rows

FOR_EVER = 10**12


@pytest.fixture
def context(database_url):
    context = house.build(database_url, clock=SetClock())
    yield context
    context.waker.close()
    context.store.close()


@contextmanager
def commit_without_answer(store):
    """The next transaction commits, then the line to the database is gone before anybody hears of it."""
    dialect, commit = store.engine.dialect, store.engine.dialect.do_commit

    def lose(connection):
        commit(connection)
        if store.postgresql:
            connection.dbapi_connection.close()
        raise dialect.dbapi.OperationalError("the line is gone")

    dialect.do_commit = lose
    try:
        yield
    finally:
        dialect.do_commit = commit


def deliver_all(context, leases):
    return deliver(context, context.channels.get("echo"), limit=20, leases=leases)


def pass_lease(context):
    context.clock.advance(seconds=context.settings.lease_seconds + 1)


def actions(context):
    return [row["action"] for row in rows(context, attempt)]


def test_f04_a_claim_whose_answer_was_lost_goes_out_once_when_its_lease_ends(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    leases = Leases(context)

    with commit_without_answer(context.store), pytest.raises(OperationalError):
        deliver_all(context, leases)
    (claimed,) = rows(context, delivery)
    leases.renew()  # the worker lives on; it knows nothing of this one, so it keeps nothing from falling due

    assert (claimed["lease_owner"], claimed["attempts"]) == (context.node, 1)
    assert rows(context, delivery)[0]["lease_until"] == claimed["lease_until"]
    assert deliver_all(context, leases).count == 0
    pass_lease(context)
    assert deliver_all(context, leases).count
    assert actions(context) == ["recall", "push"]
    assert rows(context, delivery)[0]["state"] == "delivered"
    assert len(partner.memory.effects()) == 1


def test_f04_a_settling_whose_answer_was_lost_is_done_and_nothing_goes_again(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        (one,) = claim(connection, "echo", owner=context.node, now=context.now(), lease=1000, limit=1)
    done = [Settled(one.id, one.fence, one.version, "delivered", context.now())]

    with commit_without_answer(context.store), pytest.raises(OperationalError):
        context.store.write(lambda connection: settle(connection, done, now=context.now()))
    pass_lease(context)

    assert deliver_all(context, Leases(context)).count == 0
    assert rows(context, delivery)[0]["state"] == "delivered"


def test_f08_a_worker_under_the_name_of_its_former_life_holds_nothing_of_it(context, database_url, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    other = house.build(database_url, clock=context.clock)
    assert other.node != context.node, "no process is named like another"
    reborn = replace(other, node=context.node)  # and if one were, the fence decides
    with context.store.writing() as connection:
        former = claim(connection, "echo", owner=context.node, now=context.now(), lease=5_000, limit=1)
    until = rows(context, delivery)[0]["lease_until"]
    leases = Leases(reborn)
    leases.renew()

    assert rows(context, delivery)[0]["lease_until"] == until, "the new life does not prolong what the old one held"
    assert deliver_all(reborn, leases).count == 0
    context.clock.advance(seconds=6)
    assert deliver_all(reborn, leases).count
    with Leases(context).hold(former, begun=time.monotonic()) as hand:
        late = [Settled(one.id, one.fence, one.version, "parked", 0, reason="fault") for one in hand.claimed]
        assert not context.store.write(lambda connection: settle(connection, late, now=context.now()))
    assert rows(context, delivery)[0]["state"] == "delivered"
    assert len(partner.memory.effects()) == 1
    other.store.close()


def test_f09_orphaned_work_goes_on_though_whoever_does_the_periodic_work_hangs(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        assert duties.take(connection, DUTY, owner="hanging", now=context.now(), lease=FOR_EVER)
        claim(connection, "echo", owner="hanging", now=context.now(), lease=1000, limit=1)
    context.clock.advance(seconds=2)

    assert deliver_all(context, Leases(context)).count
    assert rows(context, delivery)[0]["state"] == "delivered"


def test_f12_recovery_takes_nothing_that_has_succeeded(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    deliver_all(context, Leases(context))

    for _ in range(3):
        pass_lease(context)
        with context.store.writing() as connection:
            assert claim(connection, "echo", owner="sweeping", now=context.now(), lease=FOR_EVER, limit=9) == []
    assert rows(context, delivery)[0]["state"] == "delivered"


def test_f17_a_worker_starts_at_once_and_overtakes_nothing_that_is_still_in_hand(context, partner):
    house.add_echo(context, "echo", partner)
    for number in (1, 2):
        put(context, house.dossier(number))
    with context.store.writing() as connection:
        (old,) = claim(connection, "echo", owner="dead", now=context.now(), lease=5_000, limit=1)
    newer = house.dossier(int(old.key[-4:]), summary="mới", modified_at="2026-05-12T00:00:00+07:00")
    put(context, newer)
    leases = Leases(context)

    assert deliver_all(context, leases).count == 1, "what nobody has in hand goes without any recovery first"
    assert [one["name"] for one in partner.memory.effects()] != [f"dossier/{old.key}"]
    context.clock.advance(seconds=6)
    deliver_all(context, leases)

    assert actions(context) == ["push", "recall", "push"], "asked before it is sent"
    sent = [one["what"]["sha256"] for one in partner.memory.effects() if one["name"] == f"dossier/{old.key}"]
    assert sent == [digest_of(partner.holdings()[f"dossier/{old.key}"])]
    assert partner.holdings()[f"dossier/{old.key}"]["document"]["summary"] == "mới"


def test_f39_one_suspect_at_a_time_is_in_the_hands_of_a_process_whatever_the_channel(context, partner):
    house.add_echo(context, "echo", partner)
    house.add_echo(context, "other", partner)
    put(context, house.dossier())
    for _ in range(3):
        with context.store.writing() as connection:
            for name in ("echo", "other"):
                assert claim(connection, name, owner="dead", now=context.now(), lease=1000, limit=1)
        context.clock.advance(seconds=2)
    put(context, house.dossier(2))
    leases = Leases(context)

    with leases.suspect:  # another thread of this process has one in hand
        assert deliver_all(context, leases).count == 1
        assert deliver_all(context, leases).count == 0
    assert not leases.suspect.locked()
    assert deliver_all(context, leases).count
    assert not leases.suspect.locked()

    states = {(row["channel"], row["key"][-1]): row["state"] for row in rows(context, delivery)}
    assert states["echo", "1"] == states["echo", "2"] == "delivered"
    assert states["other", "1"] == states["other", "2"] == "waiting"


def test_f39_the_back_off_of_a_suspect_outlives_the_renewals_of_its_lease(context, partner):
    house.add_echo(context, "echo", partner, politeness={"schedule": [100.0]})
    put(context, house.dossier())
    lease = int(context.settings.lease_seconds * 1000)
    for owner in ("dead", context.node):
        pass_lease(context)
        with context.store.writing() as connection:
            given = {"owner": owner, "now": context.now(), "lease": lease, "limit": 1}
            again = claim(connection, "echo", **given, back_off=lambda lost: 7.0 * lost)
    leases = Leases(context)
    with leases.hold(again, begun=time.monotonic()):
        context.clock.advance(seconds=3)
        leases.renew()

    (row,) = rows(context, delivery)
    assert row["lease_until"] == context.now() + lease
    assert row["due_at"] == row["lease_until"] + 7_000
