"""One look for all channels of a process; what was read holds until something was told or claimed, not for long."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import event

from hub.flows.leases import Leases
from hub.store.tables import delivery
from hub.testing import house
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from hub.worker.agenda import Agenda
from hub.worker.runner import Runner
from hub.worker.share import Share
from tests.flows.test_accept import put, rows


@contextmanager
def counted(context, word):
    statements = []

    def seen(_connection, _cursor, statement, *_more):
        if word in statement:
            statements.append(statement)

    event.listen(context.store.engine, "before_cursor_execute", seen)
    yield statements
    event.remove(context.store.engine, "before_cursor_execute", seen)


def echoes(context, partner, *names):
    for name in names:
        house.add_echo(context, name, partner)
    context.channels.forget()


def test_one_look_serves_all_channels_until_something_is_told(context):
    with EchoSimulator() as partner, counted(context, "min(due_at)") as looks:
        echoes(context, partner, "echo", "other")
        agenda = Agenda(context)
        assert [agenda.due("echo"), agenda.due("other")] == [None, None]
        looks.clear()
        put(context, house.dossier(1))
        context.waker.tell()

        assert agenda.due("echo") == agenda.due("other") is not None
        assert len(looks) == 1


def test_after_a_claim_it_looks_again(context):
    with EchoSimulator() as partner, counted(context, "min(due_at)") as looks:
        echoes(context, partner, "echo")
        agenda = Agenda(context)
        agenda.due("echo")
        agenda.due("echo")
        assert len(looks) == 1

        agenda.claimed("echo")
        agenda.due("echo")
        assert len(looks) == 2


def test_what_is_not_told_is_seen_after_a_moment(context):
    with EchoSimulator() as partner:
        echoes(context, partner, "echo")
        agenda, mark = Agenda(context), context.waker.mark()
        agenda.due("echo")
        put(context, house.dossier(1))  # tells this process's waker
        agenda._mark = context.waker.mark()  # as if nobody had told

        assert context.waker.mark() != mark
        assert agenda._due == {"echo": None}
        wait_until(lambda: agenda.due("echo") is not None, "it looks by itself")


def test_a_channel_that_left_is_not_asked_for(context):
    with EchoSimulator() as partner, counted(context, "min(due_at)") as looks:
        echoes(context, partner, "echo", "other")
        agenda = Agenda(context)
        agenda.due("echo")
        agenda.due("other")
        agenda.leave("echo")
        agenda.claimed("other")
        agenda.due("other")

        assert looks[-1].count("min(due_at)") == 1


def test_of_two_workers_the_one_behind_leaves_what_little_is_due_to_the_first(context):
    with EchoSimulator() as partner, counted(context, "UPDATE delivery SET fence") as leases:
        house.add_echo(context, "echo", partner)
        channel = context.channels.get("echo")
        agendas = [Agenda(context), Agenda(context)]
        runners = [
            Runner(context, channel, Leases(context), agenda, share=Share(place, 2))
            for place, agenda in enumerate(agendas)
        ]
        for runner in runners:
            runner.start()
        try:
            for number in range(5):
                put(context, house.dossier(number))
                wait_until(lambda: {row["state"] for row in rows(context, delivery)} == {"delivered"}, "delivered")
        finally:
            for runner in runners:
                runner.end()
            context.waker.tell()
            assert all(runner.join(10) for runner in runners)

    assert len(leases) == 5
