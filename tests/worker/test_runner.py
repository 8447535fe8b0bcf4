"""The threads of one channel: a backlog goes out batch after batch, and those who are idle do not all ask."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.flows.leases import Leases
from hub.store.tables import delivery
from hub.testing import house
from hub.testing.hearing import statements
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from hub.worker.agenda import Agenda
from hub.worker.runner import Runner
from tests.flows.test_accept import put, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flows.context import Context

THREADS = 4


@contextmanager
def running(context: Context) -> Iterator[Runner]:
    runner = Runner(context, context.channels.get("echo"), Leases(context), Agenda(context))
    runner.start()
    try:
        yield runner
    finally:
        runner.end()
        context.waker.tell()
        assert runner.join(10)


def test_a_backlog_goes_out_and_news_is_found(context):
    with EchoSimulator() as partner:
        house.add_echo(context, "echo", partner, politeness={"concurrency": THREADS})
        for number in range(30):
            put(context, house.dossier(number))
        with running(context):
            wait_until(lambda: {row["state"] for row in rows(context, delivery)} == {"delivered"}, "all is delivered")
            put(context, house.dossier(30))
            context.waker.tell()
            wait_until(lambda: len(partner.memory.effects()) == 31, "the news is there")
            wait_until(lambda: {row["state"] for row in rows(context, delivery)} == {"delivered"}, "all is delivered")


def looks(heard) -> int:
    return sum("SELECT min(due_at)" in statement for statement, _ in heard)


def test_of_the_idle_threads_of_a_channel_one_looks_for_all(context):
    with EchoSimulator() as partner, statements(context.store.engine) as heard:
        house.add_echo(context, "echo", partner, politeness={"concurrency": THREADS})
        started = time.monotonic()
        with running(context):
            for number in range(1, 11):
                wait_until(lambda: looks(heard) >= number, "somebody looks")  # noqa: B023 (it is called at once)
                context.waker.tell()
            seconds = time.monotonic() - started

    # twice a telling (PostgreSQL tells back); by itself each `poll_seconds`; each thread once at the end
    assert looks(heard) <= 20 + THREADS + seconds / context.settings.poll_seconds + 2
