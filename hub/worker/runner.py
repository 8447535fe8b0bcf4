"""One channel's threads: some deliver, one pulls and polls. They end when the channel changes or the worker stops."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.flows.deliver import NOTHING, Tried, deliver
from hub.flows.pressure import disk_is_low
from hub.flows.pull import Overtaken, pull
from hub.sdk.connector import Polls, Pulls, Pushes
from hub.sdk.errors import ConnectorError
from hub.store import channels
from hub.worker.pace import Pace
from hub.worker.poller import Poller, on_duty
from hub.worker.reconciler import Reconciler
from hub.worker.share import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.leases import Leases
    from hub.worker.agenda import Agenda
    from hub.worker.share import Share

log = structlog.get_logger("hub.worker")

IDLE_SECONDS = 1.0  # the longest an idle thread sleeps without looking; changes wake it earlier
BEHIND_SECONDS = 0.02  # a worker leaves so much time to each that stands before it: two would claim the same
TROUBLED_SECONDS = 1.0  # after a fault of our own or of the database: no hot loop


class Runner:
    """The threads of one channel as it is configured now."""

    def __init__(
        self, context: Context, channel: Channel, leases: Leases, agenda: Agenda, *, share: Share = WHOLE
    ) -> None:
        self.channel = channel
        self._context, self._leases, self._agenda, self._share = context, leases, agenda, share
        self._ended = threading.Event()
        connector = channel.connector
        largest = min(channel.politeness.batch_size or connector.batch_size, connector.batch_size) if connector else 1
        self._pace = Pace(share.part(channel.politeness), largest=largest)
        self._shown = ""  # what people see: nothing of ours yet, perhaps what a former process noted
        self._looking = threading.Lock()
        self._threads = [threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in self._works()]

    def _works(self) -> list[Callable[[], float]]:
        if self.channel.connector is None or self.channel.paused:
            return []
        delivers = self._share.calls(self.channel.politeness) if isinstance(self.channel.connector, Pushes) else 0
        works: list[Callable[[], float]] = [self._deliver] * delivers
        if isinstance(self.channel.connector, Pulls):
            works.append(self._pull)
        if isinstance(self.channel.connector, Polls):
            works.append(Poller(self._context, self.channel, self.going_on).turn)
        if self.channel.politeness.reconcile_hours > 0:
            works.append(Reconciler(self._context, self.channel, self._ended).turn)
        return works

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Take nothing new; what is in hand is finished."""
        self._ended.set()

    def join(self, seconds: float) -> bool:
        """Wait for the threads; return whether all have ended."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def going_on(self) -> bool:
        """Tell whether work may begin."""
        return not self._ended.is_set()

    def _guarded(self, turn: Callable[[], float]) -> None:
        """Do turns until the end; each returns how long to wait for something new. No fault ends the thread."""
        structlog.contextvars.bind_contextvars(channel=self.channel.name)
        waker = self._context.waker
        while self.going_on():
            mark = waker.mark()
            try:
                pause = turn()
            except ConnectorError as problem:
                log.warning("channel.trouble", problem=type(problem).__name__, code=problem.code)
                self._ended.wait(self.channel.politeness.breaker_seconds)
                continue
            except SQLAlchemyError as problem:
                log.warning("store.trouble", problem=type(problem).__name__)
                self._ended.wait(TROUBLED_SECONDS)
                continue
            except Exception:
                log.exception("worker.fault")
                self._ended.wait(TROUBLED_SECONDS)
                continue
            if pause > 0 and self.going_on():
                waker.wait(pause, since=mark) if turn == self._deliver else self._ended.wait(pause)

    def _deliver(self) -> float:
        """Deliver until less is due than a batch. One thread of a channel looks and makes its first claim at a time."""
        if not self._looking.acquire(timeout=IDLE_SECONDS):
            return 0
        with ExitStack() as looking:
            looking.callback(self._looking.release)
            mark = self._context.waker.mark()
            if self.going_on() and (due := self._due_in()) > 0:
                # no longer than this: the word of a change is lost when the line breaks meanwhile
                self._context.waker.wait(min(due, self._context.settings.poll_seconds), since=mark)
                return 0
            if not self.going_on():
                return 0
            return 0 if self._batches(looking.close) else self._context.settings.poll_seconds

    def _batches(self, looked: Callable[[], None]) -> int:
        """Deliver batch after batch while they are full: then more may be due. Return how many tries it came to.

        looked: lets the next thread look.
        """
        count, allowed, trouble = 0, self._pace.allow(), False
        if not allowed:
            self._ended.wait(min(max(self._pace.wait_seconds(), 0.01), IDLE_SECONDS))
            return 1

        def more(tried: Tried) -> int:
            nonlocal count, allowed, trouble
            full = tried.count >= allowed
            self._pace.learn(tried)
            count, allowed, trouble = count + tried.count, 0, tried.trouble
            if full and self.going_on() and self._pace.state == self._shown:  # else people are told of it first
                allowed = self._pace.allow()
            return allowed

        def begun() -> None:
            self._agenda.forget(self.channel.name)
            looked()

        try:
            deliver(self._context, self.channel, limit=allowed, leases=self._leases, more=more, begun=begun)
        finally:
            self._agenda.forget(self.channel.name)  # a newer version may be due at once
            if allowed:
                self._pace.learn(NOTHING)
            self._show(went_well=count > 0 and not trouble)
        return count

    def _due_in(self) -> float:
        """Seconds until the next delivery falls due, and still does after those who stand before us have looked."""
        due = self._seconds_until(self._agenda.due(self.channel.name))
        if due > 0 or not self._share.place:
            return due
        self._ended.wait(BEHIND_SECONDS * self._share.place)
        self._agenda.forget(self.channel.name)
        return self._seconds_until(self._agenda.due(self.channel.name))

    def _seconds_until(self, due: int | None) -> float:
        if due is None:
            return IDLE_SECONDS
        return min(max((due - self._context.now()) / 1000, 0.0), IDLE_SECONDS)

    def _show(self, *, went_well: bool) -> None:
        """Write the breaker's state down when it changes, for people to see; at first also what a former one left."""
        state = self._pace.state
        if state in {self._shown, "half_open"} or not (self._shown or went_well or state == "open"):
            return
        if self._shown or self._noted() != state:
            log.warning("channel.breaker", state=state)
            note = {"breaker": {"state": state, "at": self._context.now(), "node": self._context.node}}
            self._context.store.write(lambda connection: channels.note(connection, self.channel.name, note))
        self._shown = state

    def _noted(self) -> str:
        with self._context.store.reading() as connection:
            row = channels.find(connection, self.channel.name)
        return str(row["breaker"].get("state", "closed")) if row else "closed"

    def _pull(self) -> float:
        pause = self.channel.politeness.poll_seconds
        if disk_is_low(self._context.settings) or not on_duty(self._context, f"pull:{self.channel.name}"):
            return pause
        try:
            pull(self._context, self.channel, go_on=self.going_on)
        except Overtaken:
            log.info("pull.overtaken")
        return pause
