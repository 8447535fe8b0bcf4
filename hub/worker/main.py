"""The worker process: runs every usable channel, notices changes, ends politely."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub import wiring
from hub.flows.leases import Leases
from hub.worker.agenda import Agenda
from hub.worker.rota import Rota
from hub.worker.runner import Runner
from hub.worker.share import WHOLE

if TYPE_CHECKING:
    from hub.config import Settings
    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.worker.share import Share

log = structlog.get_logger("hub.worker")

LOOK_SECONDS = 0.5  # between two looks at the channels: a pause takes effect within this and the batch in hand


class Worker:
    """Any number of these may run beside each other on one database."""

    def __init__(self, context: Context, share: Share = WHOLE) -> None:
        self._context, self._share = context, share
        self._ended = threading.Event()
        self._leases = Leases(context)
        self._agenda = Agenda(context)
        self._runners: dict[str, Runner] = {}
        self._ending: list[Runner] = []
        self._rota = Rota(context)
        self._renewed = time.monotonic()

    def stop(self) -> None:
        """Ask the worker to end; safe in a signal handler."""
        self._ended.set()

    def run(self) -> None:
        """Work until `stop`; then finish what is in hand, at most `stop_seconds`."""
        self._rota.start()
        log.info("worker.started", node=self._context.node)
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._look()
                self._renew()
            except SQLAlchemyError as problem:
                log.warning("store.trouble", problem=type(problem).__name__)
        self._finish()

    def _look(self) -> None:
        """Start, restart and end runners so that they fit the channels."""
        channels = {channel.name: channel for channel in self._context.channels}
        for name, runner in list(self._runners.items()):
            if channels.get(name) is not runner.channel:
                runner.end()
                self._ending.append(self._runners.pop(name))
        for name, channel in channels.items():
            if name not in self._runners:
                runner = self._runners[name] = self._runner(channel)
                runner.start()
                log.info("channel.running", channel=name, paused=channel.paused, problem=channel.problem)
        ended = {runner for runner in self._ending if runner.join(0)}
        self._ending = [runner for runner in self._ending if runner not in ended]
        for name in {runner.channel.name for runner in ended} - set(self._runners):
            self._agenda.leave(name)

    def _runner(self, channel: Channel) -> Runner:
        return Runner(self._context, channel, self._leases, self._agenda, share=self._share)

    def _renew(self) -> None:
        if time.monotonic() - self._renewed >= self._leases.seconds / 3:
            self._renewed = time.monotonic()
            self._leases.renew()

    def _finish(self) -> None:
        until = time.monotonic() + self._context.settings.stop_seconds * 0.8
        runners = [*self._runners.values(), *self._ending]
        for runner in runners:
            runner.end()
        self._context.waker.close()
        done = [runner.join(max(until - time.monotonic(), 0)) for runner in runners]
        self._rota.end(max(until - time.monotonic(), 0.1))
        log.info("worker.ended", politely=all(done))


def run(settings: Settings, share: Share = WHOLE) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    context = wiring.build(settings)
    worker = Worker(context, share)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    context.store.close()
