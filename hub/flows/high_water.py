"""High water: how far each publisher's messages are surely held, and what it must send again after a restore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from hub.flows.fold import is_folded
from hub.flows.operate import note
from hub.store import epoch, restored
from hub.store.changes import Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from hub.flows.context import Context
    from hub.store.epoch import Epoch

log = structlog.get_logger("hub.high_water")

MARGIN = 60_000  # ms: what was acknowledged at nearly the same time may stand on either side of the backup
FOLD_STEPS = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """What one client is told. last: its last change that is held. resend_from (ms): None: nothing to send again."""

    epoch: Epoch
    held: bool
    last: Mapping[str, Any] | None
    resend_from: int | None


def mark(context: Context, client: str) -> Mark | None:
    """Return a client's mark; None: the feed is not folded up to its end yet."""
    if not is_folded(context, steps=FOLD_STEPS):
        return None
    with context.store.reading() as connection:
        row = restored.mark(connection, client)
        present, held = epoch.present(connection), epoch.is_held(connection)
    if row is None:
        return Mark(present, held, None, None)
    cursor = str(Position(row["transaction_id"], row["sequence"]))
    last = {"cursor": cursor, **{name: row[name] for name in ("kind", "key", "version", "at")}}
    return Mark(present, held, last, None if row["resend_at"] is None else max(row["resend_at"] - MARGIN, 0))


def confirm(context: Context, client: str, epoch_id: str) -> bool:
    """Note that the client has sent again what it had to; False: that is another epoch than the present one.

    The last one whom deliveries wait for lets them go.
    """

    def write(connection: Connection) -> tuple[bool, bool]:
        if epoch.present(connection).id != epoch_id:
            return False, False
        released = restored.confirm(connection, client)
        note(context, connection, client, ["epoch", epoch_id, "released" if released else "confirmed"])
        return True, released

    right, released = context.store.write(write)
    if released:
        log.warning("epoch.released", epoch=epoch_id)
        context.waker.tell()
    return right


def release(context: Context, *, actor: str) -> bool:
    """Let deliveries go though not every publisher has confirmed; return whether they were held."""

    def write(connection: Connection) -> bool:
        if not epoch.is_held(connection):
            return False
        left = [row["source"] for row in restored.waited_for(connection)]
        epoch.release(connection)
        note(context, connection, actor, ["epoch", epoch.present(connection).id, "released", left])
        return True

    released = context.store.write(write)
    context.waker.tell()
    return released


def begin(context: Context, *, actor: str) -> Epoch:
    """Tell the hub that its database was restored by other means than `hub restore`. Nothing else may be running."""

    def write(connection: Connection) -> Epoch:
        begun = restored.begin(connection, now=context.now())
        note(context, connection, actor, ["epoch", begun.id, "begun"])
        return begun

    return context.store.write(write)
