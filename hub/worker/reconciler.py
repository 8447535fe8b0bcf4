"""Reconciles a channel when its time has come; one process at a time has the duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from hub.flows.operate import NotPossible
from hub.flows.reconcile import STATE, Reconciliation, Stopped
from hub.store import epoch
from hub.worker.poller import on_duty

if TYPE_CHECKING:
    import threading

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.reconciled import Reconciled

log = structlog.get_logger("hub.worker")

LOOK_SECONDS = 30.0  # between two looks whether it is time
DUTY_MILLISECONDS = 120_000  # a page may take a while


class Reconciler:
    """Keeps the time between two reconciliations of a channel (`politeness.reconcile_hours`)."""

    def __init__(self, context: Context, channel: Channel, ended: threading.Event) -> None:
        self._context, self._channel, self._ended = context, channel, ended

    def turn(self) -> float:
        """Look whether it is time; return how long to wait."""
        if self._due() and self._hold_duty():
            try:
                Reconciliation(self._context, self._channel, each=self._each, pause=self._ended.wait).run()
            except Stopped:
                log.info("reconcile.stopped")
            except NotPossible as problem:
                log.warning("reconcile.not_possible", sentence=problem.sentences[0])
                return LOOK_SECONDS * 10
        return LOOK_SECONDS

    def _due(self) -> bool:
        with self._context.store.reading() as connection:
            last = epoch.read(connection, STATE.format(channel=self._channel.name))
        hours = self._channel.politeness.reconcile_hours
        return last is None or self._context.now() - last["at"] >= hours * 3_600_000

    def _each(self, _report: Reconciled) -> None:
        if self._ended.is_set() or not self._hold_duty():
            raise Stopped

    def _hold_duty(self) -> bool:
        return on_duty(self._context, f"reconcile:{self._channel.name}", lease=DUTY_MILLISECONDS)
