"""Seal: chain the ledger's new entries. One process at a time (a duty of the rota)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.store import ledger

if TYPE_CHECKING:
    from hub.flows.context import Context

STEP = 1_000  # entries in one transaction


def seal(context: Context) -> int:
    """Chain all that can be chained now; return how many entries."""
    total = 0
    while True:
        count = context.store.write(lambda connection: ledger.seal(context.store, connection, limit=STEP))
        total += count
        if count < STEP:
            return total
