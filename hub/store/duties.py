"""Duties that one process at a time may hold: a lease with a fence, as deliveries have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, update

from hub.store import bulk
from hub.store.tables import duty

if TYPE_CHECKING:
    from sqlalchemy import Connection


def take(connection: Connection, name: str, *, owner: str, now: int, lease: int) -> bool:
    """Take or keep a duty for `lease` ms; return whether it is ours now."""
    taken = connection.execute(
        update(duty)
        .where(duty.c.name == name, or_(duty.c.owner == owner, duty.c.until <= now))
        .values(owner=owner, until=now + lease, fence=duty.c.fence + 1)
    )
    if taken.rowcount:
        return True
    row = [{"name": name, "owner": owner, "until": now + lease, "fence": 1}]
    return bool(bulk.insert(connection, duty, row, conflict="ON CONFLICT DO NOTHING"))


def let_go(connection: Connection, name: str, *, owner: str) -> None:
    """Leave a duty to others at once."""
    connection.execute(update(duty).where(duty.c.name == name, duty.c.owner == owner).values(until=0))
