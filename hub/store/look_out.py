"""What the doctor and the demo ask of the database: its clock, who is on duty, how tries went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from hub.store.tables import attempt, change, delivery, duty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

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


def tries(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Return channel → outcome → how many attempts. Scans the table: for the demo and the CLI, never in a request."""
    rows = connection.execute(
        select(attempt.c.channel, attempt.c.outcome, func.count()).group_by(attempt.c.channel, attempt.c.outcome)
    )
    found: dict[str, dict[str, int]] = {}
    for channel, outcome, count in rows:
        found.setdefault(channel, {})[outcome] = count
    return found


def standing(connection: Connection, channel: str, kind: str, keys: Sequence[str]) -> Mapping[str, RowMapping]:
    """Return key → the channel's delivery of that record, for those it has."""
    query = select(delivery).where(delivery.c.channel == channel, delivery.c.kind == kind, delivery.c.key.in_(keys))
    return {row["key"]: row for row in connection.execute(query).mappings()}


def latest_change(connection: Connection) -> int:
    """Return the number of the latest change: the same twice means that nothing happened in between."""
    latest: int | None = connection.execute(select(func.max(change.c.sequence))).scalar_one()
    return latest or 0
