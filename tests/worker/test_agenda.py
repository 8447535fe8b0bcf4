"""One look for all channels of a process; what was read holds until something was told or claimed, not for long."""

from __future__ import annotations

import threading

from hub.flows.leases import Leases
from hub.flows.operate import remove_channel
from hub.testing import house
from hub.testing.delivering import deliver
from hub.testing.hearing import statements
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from hub.worker.agenda import Agenda
from hub.worker.main import Worker
from hub.worker.runner import Runner
from hub.worker.share import Share
from tests.flows.test_accept import put


def looks(heard) -> list[str]:
    return [statement for statement, _ in heard if "min(due_at)" in statement]


def echoes(context, partner, *names):
    for name in names:
        house.add_echo(context, name, partner)
    context.channels.forget()


def test_one_look_serves_all_channels_until_something_is_told(context):
    with EchoSimulator() as partner, statements(context.store.engine) as heard:
        echoes(context, partner, "echo", "other")
        agenda = Agenda(context)
        assert [agenda.due("echo"), agenda.due("other")] == [None, None]
        heard.clear()
        put(context, house.dossier(1))
        context.waker.tell()

        assert agenda.due("echo") == agenda.due("other") is not None
        assert len(looks(heard)) == 1


def test_what_was_forgotten_is_looked_at_again(context):
    with EchoSimulator() as partner, statements(context.store.engine) as heard:
        echoes(context, partner, "echo")
        agenda = Agenda(context)
        agenda.due("echo")
        agenda.due("echo")
        assert len(looks(heard)) == 1

        agenda.forget("echo")
        agenda.due("echo")
        assert len(looks(heard)) == 2


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
    with EchoSimulator() as partner, statements(context.store.engine) as heard:
        echoes(context, partner, "echo", "other")
        agenda = Agenda(context)
        agenda.due("echo")
        agenda.due("other")
        agenda.leave("echo")
        agenda.forget("other")
        agenda.due("other")

        assert looks(heard)[-1].count("min(due_at)") == 1


def test_a_worker_behind_another_leaves_what_that_one_takes_meanwhile(context):
    with EchoSimulator() as partner, statements(context.store.engine) as heard:
        house.add_echo(context, "echo", partner)
        channel = context.channels.get("echo")
        put(context, house.dossier(1))

        class Meanwhile(threading.Event):
            """What the worker behind waits for is the time in which the first one delivers."""

            def wait(self, timeout=None):
                assert timeout
                deliver(context, channel, limit=5, leases=Leases(context))
                return False

        first, behind = (Runner(context, channel, Leases(context), Agenda(context), share=Share(n, 2)) for n in (0, 1))
        behind._ended = Meanwhile()

        assert first._due_in() == 0
        assert behind._due_in() > 0
        assert len(looks(heard)) == 3


def test_a_newer_version_that_came_while_the_older_was_sent_is_due_at_once(context):
    with EchoSimulator() as partner:
        house.add_echo(context, "echo", partner)
        channel, agenda = context.channels.get("echo"), Agenda(context)
        runner = Runner(context, channel, Leases(context), agenda)
        put(context, house.dossier(1))
        push = channel.connector.push

        def meanwhile(batch):
            put(context, house.dossier(1, modified_at="2026-05-12T09:30:00+07:00", note="newer"))
            assert agenda.due("echo") > context.now()  # another channel's thread looks: ours is in hand
            return push(batch)

        channel.connector.push = meanwhile
        runner._batches(lambda: None)
        agenda._mark = context.waker.mark()  # nobody tells of a settle

        assert runner._due_in() == 0


def test_a_channel_is_left_when_its_threads_have_ended(context):
    with EchoSimulator() as partner:
        house.add_echo(context, "echo", partner)
        worker = Worker(context)
        running = threading.Thread(target=worker.run)
        running.start()
        try:
            wait_until(lambda: "echo" in worker._agenda._channels, "its threads look")
            remove_channel(context, "echo", force=True, actor="test")
            wait_until(lambda: "echo" not in worker._agenda._channels, "it is left")
        finally:
            worker.stop()
            running.join(20)
