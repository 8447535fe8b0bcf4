"""Fold: bring the prints of records and the publishers' high-water marks up to the end of the change feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.store import imprints

if TYPE_CHECKING:
    from hub.flows.context import Context

STEP = 1_000  # lines in one transaction
STEPS = 20  # in one turn; the first turns after an update have the whole history before them


def fold(context: Context, *, steps: int = STEPS) -> int:
    """Fold at most so many steps; return how many lines. Fewer than all steps' worth: the end was reached."""
    total = 0
    for _ in range(steps):
        count = context.store.write(
            lambda connection: imprints.fold_next(connection, horizon=context.store.horizon(connection), limit=STEP)
        )
        total += count
        if count < STEP:
            break
    return total


def is_folded(context: Context, *, steps: int = STEPS) -> bool:
    """Fold, and tell whether the end of the feed was reached."""
    return fold(context, steps=steps) < steps * STEP
