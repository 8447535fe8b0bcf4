"""What a restore from an older backup means for what waits, and who must send what again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text, update

from hub.store import epoch, imprints
from hub.store.tables import client, delivery, high_water

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from hub.store.epoch import Epoch

FREEZE = text("UPDATE high_water SET resend_at = CASE WHEN resend_at < at THEN resend_at ELSE at END")


def begin(connection: Connection, *, now: int) -> Epoch:
    """Begin a new epoch in the transaction given; nobody else may be writing.

    What partners hold may be newer than the backup: every delivery becomes uncertain, so that the partner is asked
    before anything is sent to it, and all is held until the publishers have sent again what the backup does not have.
    """
    while imprints.fold_next(connection, horizon=None):
        pass
    connection.execute(FREEZE)
    connection.execute(update(delivery).values(uncertain=True, lease_owner=None, lease_until=None))
    connection.execute(
        update(delivery).where(delivery.c.state == "waiting", delivery.c.due_at > now).values(due_at=now)
    )
    return epoch.begin(connection, now=now)


def mark(connection: Connection, source: str) -> RowMapping | None:
    """Return the last change of a source, with `resend_at` while it has not confirmed; None: it never told any."""
    return connection.execute(select(high_water).where(high_water.c.source == source)).mappings().first()


def confirm(connection: Connection, source: str) -> bool:
    """Note that a publisher has sent again all it had to; release the deliveries when it was the last."""
    connection.execute(update(high_water).where(high_water.c.source == source).values(resend_at=None))
    if epoch.is_held(connection) and not waited_for(connection):
        epoch.release(connection)
        return True
    return False


def waited_for(connection: Connection) -> Sequence[RowMapping]:
    """Return the publishers that have not confirmed yet; a client that is disabled is not waited for."""
    query = (
        select(high_water)
        .join(client, client.c.name == high_water.c.source)
        .where(high_water.c.resend_at.is_not(None), client.c.disabled.is_(False))
        .order_by(high_water.c.source)
    )
    return connection.execute(query).mappings().all()


def uncertain(connection: Connection) -> int:
    """Count the deliveries about which a partner must be asked. Scans the table: for the CLI."""
    return int(connection.execute(select(func.count()).where(delivery.c.uncertain)).scalar_one())
