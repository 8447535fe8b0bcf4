"""Evidence: the exchange does not wait for it, it catches up whole, and failures are in it too."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from hub.flows.leases import Leases
from hub.flows.seal import STEP, seal
from hub.sdk.http import Http
from hub.store import ledger
from hub.store.tables import delivery
from hub.store.tables import ledger as table
from hub.testing import house
from hub.testing.delivering import deliver
from hub.testing.waiting import wait_until
from tests.flows.test_accept import put, rows
from tests.worker.running import working

REFUSE = {
    False: ["CREATE TRIGGER no_seal BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'no evidence today'); END"],
    True: [
        "CREATE FUNCTION no_seal() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no evidence today'; END$$",
        "CREATE TRIGGER no_seal BEFORE UPDATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION no_seal()",
    ],
}
ALLOW = {False: "DROP TRIGGER no_seal", True: "DROP TRIGGER no_seal ON ledger"}


def execute(context, *statements):
    with context.store.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def positions(context):
    return [row["position"] for row in rows(context, table)]


def told(context, what):
    with context.store.reading() as connection:
        assert list(ledger.breaks(connection)) == []
        return [
            line
            for entry in ledger.sealed(connection, limit=100_000)
            if entry["what"] == what
            for line in orjson.loads(entry["content"])
        ]


def test_f19_f20_while_evidence_cannot_be_sealed_the_exchange_goes_on_and_evidence_catches_up(context, partner):
    house.add_echo(context, "echo", partner)
    execute(context, *REFUSE[context.store.postgresql])

    with working(context):
        for number in range(1, 11):
            put(context, house.dossier(number))
        wait_until(lambda: len(partner.holdings()) == 10, "the partner holds all", seconds=30)
        assert set(positions(context)) == {None}, "nothing could be sealed meanwhile"
        execute(context, ALLOW[context.store.postgresql])
        wait_until(lambda: None not in positions(context), "evidence has caught up", seconds=30)

    keys = {f"H56.14-260511-{number:04}" for number in range(1, 11)}
    assert {line[1] for line in told(context, "accepted")} == keys
    assert {line[2] for line in told(context, "settled") if line[5] == "delivered"} == keys


def test_f20_evidence_of_a_long_absence_is_sealed_whole_and_in_order(context):
    def tell(first, last):
        with context.store.writing() as connection:
            for number in range(first, last):
                ledger.append(connection, what="accepted", actor="n", content=[[number]], now=number)

    tell(0, 2 * STEP)
    tell(2 * STEP, 2 * STEP + 7)

    assert seal(context) == 2 * STEP + 7
    assert told(context, "accepted") == [[number] for number in range(2 * STEP + 7)]


def test_f21_what_was_refused_put_off_or_not_answered_is_evidence_like_a_success(context, partner):
    house.add_echo(context, "echo", partner)
    leases = Leases(context)
    for number, wish in enumerate(
        ({"fault": "error_in_200"}, {"fault": "timeout_after"}, {"fault": "odd_code", "code": "77"}, None), start=1
    ):
        if wish:
            Http().post(f"{partner.url}/_sim/faults", json={**wish, "times": 1, "path": "/put"})
        else:
            Http().post(f"{partner.url}/_sim/act", json={"refuse": f"dossier/H56.14-260511-{number:04}"})
        put(context, house.dossier(number))
        with context.store.writing() as connection:
            connection.execute(text("UPDATE delivery SET due_at = due_at + 1000000 WHERE attempts > 0"))
        assert deliver(context, context.channels.get("echo"), limit=1, leases=leases).count == 1
    seal(context)

    assert [tuple(line[4:]) for line in told(context, "settled")] == [
        ("deferred", "waiting", "busy", "9"),
        ("unknown", "waiting", "unanswered", None),
        ("unknown", "waiting", "unknown_code", "77"),
        ("rejected", "parked", "data", "2"),
    ]
    assert [row["state"] for row in rows(context, delivery)] == ["waiting", "waiting", "waiting", "parked"]
