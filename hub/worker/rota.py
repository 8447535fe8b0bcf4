"""Periodic work that one process at a time does: seal the ledger, tell clients, tidy up."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hub.flows.fold import fold
from hub.flows.prune import prune
from hub.flows.seal import seal
from hub.flows.tell import tell_due
from hub.store import duties
from hub.store.steady import SteadyClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.flows.context import Context

log = structlog.get_logger("hub.rota")

DUTY = "rota"
LEASE_MILLISECONDS = 10_000


@dataclass(slots=True)
class Chore:
    """A piece of periodic work and when it is due next (monotonic seconds)."""

    name: str
    every: float
    work: Callable[[Context], int]
    due: float = 0.0


def keep_time(context: Context) -> int:
    """Let the hub's time follow a wall clock that was set right."""
    return context.clock.anchor() if isinstance(context.clock, SteadyClock) else 0


class Rota:
    """One thread; does the chores while it holds the duty."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ended = threading.Event()
        self._chores = [
            Chore("seal", 1.0, seal),
            Chore("fold", 1.0, fold),
            Chore("tell", 0.5, tell_due),
            Chore("clock", 10.0, keep_time),
            Chore("prune", 60.0, prune),
        ]
        self._thread = threading.Thread(target=self._run, name="rota", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Stop and leave the duty to others."""
        self._ended.set()
        self._thread.join(seconds)
        try:
            self._context.store.write(lambda connection: duties.let_go(connection, DUTY, owner=self._context.node))
        except SQLAlchemyError as problem:
            log.info("rota.left_to_end", problem=type(problem).__name__)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                if self._on_duty():
                    self._do_chores()
            except SQLAlchemyError as problem:
                log.warning("store.trouble", problem=type(problem).__name__)
            self._ended.wait(0.5)

    def _on_duty(self) -> bool:
        context = self._context
        return context.store.write(
            lambda connection: duties.take(
                connection, DUTY, owner=context.node, now=context.now(), lease=LEASE_MILLISECONDS
            )
        )

    def _do_chores(self) -> None:
        for chore in self._chores:
            if self._ended.is_set() or time.monotonic() < chore.due:
                continue
            chore.due = time.monotonic() + chore.every
            try:
                chore.work(self._context)
            except SQLAlchemyError:
                raise
            except Exception:
                log.exception("rota.chore_failed", chore=chore.name)
