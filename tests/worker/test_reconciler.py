"""The schedule: a channel is reconciled when its hours have passed, by one process, and stops when told."""

from __future__ import annotations

import threading

import pytest

from hub.domain.retry import Politeness
from hub.flows.leases import Leases
from hub.store import epoch
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.delivering import deliver
from hub.worker.agenda import Agenda
from hub.worker.runner import Reconciler, Runner
from tests.flows.test_accept import put


@pytest.fixture
def context(database_url, partner):
    context = house.build(database_url, clock=SetClock())
    house.add_echo(context, "echo", partner, politeness={"reconcile_hours": 24})
    put(context, house.dossier(1))
    deliver(context, context.channels.get("echo"), limit=10, leases=Leases(context))
    context.clock.advance(hours=1)
    yield context
    context.waker.close()
    context.store.close()


def last(context):
    with context.store.reading() as connection:
        return epoch.read(connection, "reconciled:echo")


def reconciler(context, ended=None):
    return Reconciler(context, context.channels.get("echo"), ended or threading.Event())


def test_it_is_done_once_in_the_time_asked_for(context, partner):
    reconciler(context).turn()
    first = last(context)
    context.clock.advance(hours=23)
    reconciler(context).turn()
    second = last(context)
    context.clock.advance(hours=1)
    partner.memory.remove("held", "dossier/H56.14-260511-0001")
    reconciler(context).turn()

    assert first["equal"] == 1
    assert second == first
    assert (last(context)["missing"], last(context)["again"]) == (1, 1)


def test_a_second_process_leaves_it_to_the_first(context, database_url):
    other = house.build(database_url, clock=context.clock)
    first = reconciler(context)
    assert first._hold_duty()

    reconciler(other).turn()

    assert last(context) is None
    other.store.close()


def test_an_ending_worker_stops_it(context):
    ended = threading.Event()
    ended.set()

    reconciler(context, ended).turn()

    assert last(context) is None


def test_without_hours_there_is_no_schedule(context, partner):
    house.add_echo(context, "quiet", partner)
    works = [
        sum(isinstance(getattr(work, "__self__", None), Reconciler) for work in runner._works())
        for runner in (
            Runner(context, context.channels.get(name), Leases(context), Agenda(context)) for name in ("echo", "quiet")
        )
    ]

    assert works == [1, 0]
    assert Politeness().reconcile_hours == 0
