"""What the doctor asks of the database: its clock, who is on duty, what is parked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from hub.store.tables import delivery, duty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

CLOCK_SQLITE = text("SELECT CAST(1000 * (julianday('now') - 2440587.5) * 86400 AS INTEGER)")
CLOCK_POSTGRESQL = text("SELECT CAST(1000 * extract(epoch FROM clock_timestamp()) AS bigint)")


def clock(connection: Connection) -> int:
    """Return the database's own time in milliseconds."""
    query = CLOCK_POSTGRESQL if connection.dialect.name == "postgresql" else CLOCK_SQLITE
    return int(connection.execute(query).scalar_one())


def duty_until(connection: Connection, name: str) -> int | None:
    """Return until when (ms) somebody holds a duty, or None: nobody ever did."""
    until: int | None = connection.execute(select(duty.c.until).where(duty.c.name == name)).scalar_one_or_none()
    return until


def parked(connection: Connection, channel: str) -> Mapping[str, int]:
    """Return reason → how many parked deliveries of a channel."""
    rows = connection.execute(
        select(func.coalesce(delivery.c.reason, ""), func.count())
        .where(delivery.c.channel == channel, text("state = 'parked'"))
        .group_by(delivery.c.reason)
    )
    return {str(reason): int(count) for reason, count in rows}
