"""Trouble with the partner or the database: no hot loop, no channel that stays stopped, no duty that dies with a hang."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from itertools import pairwise

from sqlalchemy import event, text

from hub.sdk.http import Http
from hub.store import channels, duties
from hub.store.tables import delivery, ledger
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.waiting import wait_until
from hub.worker.rota import DUTY, LEASE_MILLISECONDS, Chore, Rota
from tests.flows.test_accept import put, rows
from tests.worker.running import working

ONCE_A_SECOND = 0.9


def breaker(context):
    with context.store.reading() as connection:
        return channels.find(connection, "echo")["breaker"].get("state")


def is_delivered(context):
    return {row["state"] for row in rows(context, delivery)} == {"delivered"}


def test_f14_when_the_partner_is_back_the_channel_goes_on_by_itself(context, partner):
    house.add_echo(context, "echo", partner, politeness={"breaker_failures": 2, "breaker_seconds": 0.2})
    Http().post(f"{partner.url}/_sim/faults", json={"fault": "http_500", "path": "/"})
    put(context, house.dossier())

    with working(context):
        wait_until(lambda: breaker(context) == "open", "the breaker is open", seconds=30)
        Http().request("DELETE", f"{partner.url}/_sim/faults")
        wait_until(lambda: is_delivered(context), "it went out", seconds=30)
        wait_until(lambda: breaker(context) == "closed", "people see that it goes on", seconds=30)

    assert len(partner.memory.effects()) == 1


def test_f14_trouble_that_a_former_process_noted_is_not_shown_once_things_go_well(context, database_url, partner):
    house.add_echo(context, "echo", partner, politeness={"breaker_failures": 2, "breaker_seconds": 0.2})
    Http().post(f"{partner.url}/_sim/faults", json={"fault": "http_500", "path": "/"})
    put(context, house.dossier())
    former = house.build(database_url)
    with working(former):
        wait_until(lambda: breaker(context) == "open", "the breaker is open", seconds=30)
    former.store.close()
    Http().request("DELETE", f"{partner.url}/_sim/faults")

    with working(context):
        wait_until(lambda: is_delivered(context), "it went out", seconds=30)
        wait_until(lambda: breaker(context) == "closed", "people see that all is well", seconds=10)


def test_f29_trouble_with_the_database_is_met_once_a_second_and_ends_with_it(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    met: dict[int, list[float]] = defaultdict(list)

    def note(_trouble) -> None:
        met[threading.get_ident()].append(time.monotonic())

    with context.store.writing() as connection:
        connection.execute(text("ALTER TABLE delivery RENAME TO elsewhere"))
    event.listen(context.store.engine, "handle_error", note)
    try:
        with working(context):
            wait_until(lambda: any(len(times) >= 4 for times in met.values()), "trouble was met", seconds=60)
            with context.store.writing() as connection:
                connection.execute(text("ALTER TABLE elsewhere RENAME TO delivery"))
            wait_until(lambda: is_delivered(context), "it went out", seconds=60)
    finally:
        event.remove(context.store.engine, "handle_error", note)

    gaps = [later - earlier for times in met.values() for earlier, later in pairwise(times)]
    assert min(gaps) >= ONCE_A_SECOND


def test_f09_when_the_periodic_work_hangs_another_process_takes_it_over(context, database_url):
    clock = SetClock()
    hanging, other = (house.build(database_url, clock=clock) for _ in range(2))
    begun, let_go = threading.Event(), threading.Event()

    def hang(_context) -> int:
        begun.set()
        let_go.wait(60)
        return 0

    first, second = Rota(hanging), Rota(other)
    first._chores = [Chore("hang", 0.0, hang)]
    put(context, house.dossier())
    first.start()
    assert begun.wait(30)
    second.start()
    try:
        with context.store.writing() as connection:
            assert not duties.take(connection, DUTY, owner="a third", now=context.now() * 0, lease=1)
        assert rows(context, ledger)[0]["position"] is None, "one at a time"
        clock.advance(seconds=LEASE_MILLISECONDS / 1000 + 1)
        wait_until(lambda: rows(context, ledger)[0]["position"] == 1, "the other one seals", seconds=30)
    finally:
        let_go.set()
        for one in (second, first):
            one.end(10)
        for one in (hanging, other):
            one.store.close()
