"""Delivering: four outcomes, lease and fence, recall before resend, parked with reasons."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import event, select, update

from hub.flows.accept import accept
from hub.flows.leases import Leases
from hub.sdk.http import Http
from hub.store import delivery_views
from hub.store.claiming import claim
from hub.store.deliveries import Settled, settle
from hub.store.tables import attempt, delivery, ledger
from hub.testing import house
from hub.testing.delivering import deliver
from tests.flows.test_accept import put, rows, unit


@pytest.fixture
def leases(context):
    return Leases(context)


def turn(context, leases, name="echo", limit=20):
    """One batch, as soon as it is due (the schedule of these channels is ten milliseconds)."""
    until = time.monotonic() + 5
    while not (tried := deliver(context, context.channels.get(name), limit=limit, leases=leases)).count:
        assert time.monotonic() < until, "nothing fell due"
    return tried


def order(partner, **fault):
    Http().post(f"{partner.url}/_sim/faults", json=fault)


def state(context, number=0):
    return rows(context, delivery)[number]


def test_a_batch_is_delivered_once_and_the_memo_kept(context, partner, leases):
    house.add_echo(context, "echo", partner)
    for number in (1, 2, 3):
        put(context, house.dossier(number))

    assert turn(context, leases).count == 3
    assert deliver(context, context.channels.get("echo"), limit=20, leases=leases).count == 0
    assert {(row["state"], row["acknowledged_version"], row["attempts"]) for row in rows(context, delivery)} == {
        ("delivered", 1, 0)
    }
    assert len(partner.memory.effects()) == 3
    assert [row["what"] for row in rows(context, ledger)][-1] == "settled"


def test_five_changes_while_the_partner_is_away_are_one_push_of_the_latest(context, partner, leases):
    house.add_echo(context, "echo", partner)
    for hour in range(5):
        put(context, house.dossier(summary=f"lần {hour}", modified_at=f"2026-05-12T0{hour}:00:00+07:00"))

    turn(context, leases)

    assert len(partner.memory.effects()) == 1
    assert partner.holdings()["dossier/H56.14-260511-0001"]["document"]["summary"] == "lần 4"


def test_f03_a_lost_answer_is_asked_about_and_never_doubled(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    order(partner, fault="timeout_after", times=1, path="/put")

    turn(context, leases)
    assert (state(context)["state"], state(context)["uncertain"]) == ("waiting", True)
    turn(context, leases)

    assert state(context)["state"] == "delivered"
    assert len(partner.memory.effects()) == 1
    assert [(row["action"], row["outcome"]) for row in rows(context, attempt)] == [
        ("push", "unknown"),
        ("recall", "delivered"),
    ]


def test_f03_a_request_lost_on_the_way_is_sent_again_after_asking(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    order(partner, fault="timeout_before", times=1, path="/put")

    turn(context, leases)
    turn(context, leases)

    assert state(context)["state"] == "delivered"
    assert [row["action"] for row in rows(context, attempt)] == ["push", "recall", "push"]


def test_f02_what_was_in_flight_at_a_crash_is_resumed_by_asking(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        claim(connection, "echo", owner="dead", now=context.now(), lease=1, limit=10)

    turn(context, leases)

    assert [row["action"] for row in rows(context, attempt)] == ["recall", "push"]
    assert state(context)["state"] == "delivered"


def test_a_partner_that_cannot_be_asked_now_leaves_the_delivery_uncertain(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    order(partner, fault="timeout_after", times=1, path="/put")
    order(partner, fault="http_429", times=1, path="/get", retry_after=0)

    turn(context, leases)
    turn(context, leases)

    assert (state(context)["state"], state(context)["uncertain"], state(context)["reason"]) == ("waiting", True, "busy")


def test_f05_a_settle_with_an_old_fence_changes_nothing(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        (first,) = claim(connection, "echo", owner="slow", now=context.now(), lease=0, limit=1)
        (second,) = claim(connection, "echo", owner="quick", now=context.now() + 1, lease=60_000, limit=1)
        late = settle(connection, [Settled(first.id, first.fence, 1, "delivered", 0)], now=context.now())
        quick = settle(connection, [Settled(second.id, second.fence, 1, "parked", 0, reason="data")], now=context.now())

    assert (late, quick) == (frozenset(), frozenset({first.id}))
    assert state(context)["state"] == "parked"


def test_f05_a_worker_that_wakes_after_its_lease_sends_nothing(context, partner, leases, monkeypatch):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    monkeypatch.setattr("hub.flows.leases.Hand.left", lambda self: 0.0)

    assert deliver(context, context.channels.get("echo"), limit=20, leases=leases).count == 0
    assert partner.memory.effects() == []


def test_a_change_while_in_flight_waits_for_the_next_turn_and_not_for_another_worker(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        (taken,) = claim(connection, "echo", owner="one", now=context.now(), lease=60_000, limit=1)
    put(context, house.dossier(summary="x", modified_at="2026-05-12T00:00:00+07:00"))

    with context.store.writing() as connection:
        assert claim(connection, "echo", owner="two", now=context.now(), lease=60_000, limit=1) == []
        settle(connection, [Settled(taken.id, taken.fence, 1, "delivered", context.now())], now=context.now())

    assert (state(context)["state"], state(context)["acknowledged_version"], state(context)["wanted_version"]) == (
        "waiting",
        1,
        2,
    )


def test_f39_a_poison_dossier_blocks_only_itself(context, partner, leases):
    house.add_echo(context, "echo", partner)
    Http().post(f"{partner.url}/_sim/act", json={"refuse": "dossier/H56.14-260511-0002"})
    for number in (1, 2, 3):
        put(context, house.dossier(number))

    turn(context, leases)

    assert [(row["state"], row["reason"], row["code"]) for row in rows(context, delivery)] == [
        ("delivered", None, "0"),
        ("parked", "data", "2"),
        ("delivered", None, "0"),
    ]


def test_a_parked_delivery_waits_again_when_the_record_changes_or_an_operator_says_so(context, partner, leases):
    house.add_echo(context, "echo", partner)
    Http().post(f"{partner.url}/_sim/act", json={"refuse": "dossier/H56.14-260511-0001"})
    put(context, house.dossier())
    turn(context, leases)
    put(context, house.dossier(summary="sửa", modified_at="2026-05-12T00:00:00+07:00"))
    assert state(context)["state"] == "waiting"
    turn(context, leases)
    partner.memory.remove("refused", "dossier/H56.14-260511-0001")

    context.store.write(
        lambda connection: delivery_views.replay(connection, filters={"reason": "data"}, now=context.now())
    )
    turn(context, leases)

    assert state(context)["state"] == "delivered"


def test_f24_an_unknown_code_is_never_success(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    order(partner, fault="odd_code", code="77", times=1, path="/put")

    turn(context, leases)

    assert (state(context)["state"], state(context)["reason"], state(context)["code"]) == (
        "waiting",
        "unknown_code",
        "77",
    )


def test_f30_out_of_tries_is_parked_with_its_reason(context, partner, leases):
    house.add_echo(context, "echo", partner, politeness={"maximum_tries": 3})
    put(context, house.dossier())
    order(partner, fault="out_of_order_refusal", path="/put")

    for _ in range(3):
        turn(context, leases)

    assert (state(context)["state"], state(context)["reason"]) == ("parked", "exhausted")


def test_an_unreachable_partner_never_uses_up_the_tries(context, partner, leases):
    house.add_echo(context, "echo", partner, politeness={"maximum_tries": 2})
    put(context, house.dossier())
    partner.stop()

    for _ in range(6):
        assert turn(context, leases).trouble

    assert (state(context)["state"], state(context)["reason"], state(context)["attempts"]) == (
        "waiting",
        "unreachable",
        6,
    )


def test_f23_attempts_say_what_went_over_the_line_and_nothing_personal_or_secret(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    turn(context, leases)

    with context.store.reading() as connection:
        (tried,) = delivery_views.attempts(connection, state(context)["id"])
    assert "/put" in tried["exchanges"]
    assert "dossier/H56.14-260511-0001" in tried["exchanges"]
    assert "MẪU" not in tried["exchanges"]
    assert "session-" not in tried["exchanges"]


def test_f22_an_exception_in_a_connector_is_unknown_and_never_success(context, partner, leases, monkeypatch):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    monkeypatch.setattr("hub.testing.partner.EchoConnector.push", lambda self, batch: 1 / 0)

    turn(context, leases)

    assert (state(context)["state"], state(context)["reason"], state(context)["uncertain"]) == (
        "waiting",
        "fault",
        True,
    )


def test_a_partner_that_cannot_be_asked_at_all_leaves_the_doubt_to_an_operator(context, partner, leases, monkeypatch):
    monkeypatch.setattr("hub.testing.partner.EchoConnector.resend", "never")
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    order(partner, fault="timeout_after", times=1, path="/put")
    turn(context, leases)
    put(context, house.dossier(summary="mới", modified_at="2026-05-12T00:00:00+07:00"))
    assert (state(context)["state"], state(context)["reason"]) == ("parked", "uncertain")

    def replay(resolve):
        return context.store.write(
            lambda connection: delivery_views.replay(connection, filters={}, now=context.now(), resolve=resolve)
        )

    assert replay(None) == 0
    assert replay("resend") == 1
    turn(context, leases)
    assert state(context)["state"] == "delivered"


def one_in_hand(context, partner):
    """Claim one delivery for ten milliseconds; return the leases of this process and what was claimed."""
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    leases = Leases(context)
    with context.store.writing() as connection:
        claimed = claim(connection, "echo", owner=context.node, now=context.now(), lease=10, limit=1)
    return leases, claimed


def test_leases_are_renewed_while_work_goes_on(context, partner):
    leases, claimed = one_in_hand(context, partner)

    with leases.hold(claimed, begun=time.monotonic()) as hand:
        before = hand.until
        leases.renew()

        assert hand.until > before
        assert state(context)["lease_until"] > context.now() + context.settings.lease_seconds * 500


def test_what_was_settled_meanwhile_keeps_the_moment_it_was_given(context, partner):
    leases, claimed = one_in_hand(context, partner)
    (one,) = claimed

    with leases.hold(claimed, begun=time.monotonic()):
        later = context.now() + 3_600_000
        with context.store.writing() as connection:
            settle(connection, [Settled(one.id, one.fence, one.version, "waiting", later)], now=context.now())
        leases.renew()

    row = state(context)
    assert (row["due_at"], row["lease_until"], row["lease_owner"]) == (later, None, None)


def test_a_lease_that_another_worker_took_is_not_renewed(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    leases = Leases(context)
    with context.store.writing() as connection:
        claimed = claim(connection, "echo", owner=context.node, now=context.now(), lease=0, limit=1)
        claim(connection, "echo", owner="other", now=context.now() + 1, lease=5, limit=1)
    taken = state(context)["lease_until"]

    with leases.hold(claimed, begun=time.monotonic()) as hand:
        before = hand.until
        leases.renew()

        assert hand.until == before
        assert state(context)["lease_until"] == taken


def test_f07_two_claimers_never_get_the_same_delivery(context, partner):
    house.add_echo(context, "echo", partner)
    accept(context, [unit(house.dossier(number)) for number in range(1, 201)])
    taken: list[int] = []

    def work():
        while batch := context.store.write(
            lambda connection: claim(connection, "echo", owner="w", now=context.now(), lease=60_000, limit=7)
        ):
            taken.extend(one.id for one in batch)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), len(set(taken))) == (200, 200)


def test_f12_a_late_failure_does_not_overwrite_a_success(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with context.store.writing() as connection:
        (one,) = claim(connection, "echo", owner="w", now=context.now(), lease=0, limit=1)
        settle(connection, [Settled(one.id, one.fence, 1, "delivered", 0)], now=context.now())
        connection.execute(update(delivery).values(fence=one.fence + 1))
        settle(connection, [Settled(one.id, one.fence, 1, "parked", 0, reason="fault")], now=context.now())

    assert state(context)["state"] == "delivered"


def test_no_transaction_is_open_while_the_partner_is_called(context, partner, leases, monkeypatch):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    open_connections, ours, me = [], set(), threading.current_thread()
    push = context.channels.get("echo").connector.push

    def taken(_driver, record, _proxy):
        if threading.current_thread() is me:  # another tells other processes of the dossier
            ours.add(id(record))

    event.listen(context.store.engine, "checkout", taken)
    event.listen(context.store.engine, "checkin", lambda _driver, record: ours.discard(id(record)))

    def watch(batch):
        open_connections.append(len(ours))
        return push(batch)

    monkeypatch.setattr(context.channels.get("echo").connector, "push", watch)
    turn(context, leases)

    assert open_connections == [0]


def test_every_settled_delivery_stands_in_the_ledger(context, partner, leases):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    turn(context, leases)

    with context.store.reading() as connection:
        entries = connection.execute(select(ledger.c.what, ledger.c.content).order_by(ledger.c.sequence)).all()
    assert [what for what, _ in entries] == ["accepted", "settled"]
    assert '"delivered"' in entries[1].content
