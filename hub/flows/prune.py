"""Prune: what policy keeps no longer goes, in small steps, so that nobody waits for it.

On PostgreSQL whole partitions are dropped; single rows only where no partition was. Records, changes and the ledger
are never pruned: they are what the hub is for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError

from hub.store import idempotency, partitions, pruning

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from hub.flows.context import Context

log = structlog.get_logger("hub.prune")

DAY = 86_400_000
STEP = 1_000  # rows in one transaction
STEPS = 20  # of each kind in one turn: the rota has other chores


def prune(context: Context) -> int:
    """Drop a bounded part of what is too old; return how many rows (and partitions) went."""
    settings, now = context.settings, context.now()
    attempts_before = now - settings.attempts_days * DAY
    items_before = now - settings.items_days * DAY
    answers_before = now - settings.idempotency_days * DAY
    dropped: dict[str, int] = {}
    if context.store.postgresql:
        for table, before in (("attempt", attempts_before), ("exchange", attempts_before), ("item", items_before)):
            dropped[f"{table}_partitions"] = _renew(context, table, before, now)
    steps: dict[str, Callable[[Connection], int]] = {
        "attempts": partial(pruning.attempts, before=attempts_before, limit=STEP),
        "items": partial(pruning.items, before=items_before, limit=STEP),
        "answers": partial(idempotency.forget, before=answers_before, limit=STEP),
    }
    dropped |= {name: _step(context, work) for name, work in steps.items()}
    if total := sum(dropped.values()):
        log.info("prune.done", **{name: count for name, count in dropped.items() if count})
    return total


def _step(context: Context, work: Callable[[Connection], int]) -> int:
    total = 0
    for _ in range(STEPS):
        count = context.store.write(work)
        total += count
        if count < STEP:
            break
    return total


def _renew(context: Context, table: str, before: int, now: int) -> int:
    """Make partitions ahead and drop old ones; when somebody works on them now, the next turn does it."""

    def work(connection: Connection) -> int:
        partitions.make_ahead(connection, table, now=now)
        return len(partitions.drop_before(connection, table, before))

    try:
        return context.store.write(work)
    except OperationalError as problem:  # lock_timeout
        log.info("prune.later", table=table, problem=type(problem.orig).__name__)
        return 0
