"""What metrics look up of a channel's deliveries: index look-ups that stop counting, never a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

MOST = 10_000  # more than this is "many"; counting on would cost more than it tells

WAITING = text(
    "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE channel = :channel AND state = 'waiting' LIMIT :most) AS found"
)
PARKED = text(
    "SELECT reason, count(*) FROM (SELECT reason FROM delivery WHERE channel = :channel AND state = 'parked' "
    "LIMIT :most) AS found GROUP BY reason"
)


def waiting(connection: Connection, channel: str, *, most: int = MOST) -> int:
    """Count the channel's waiting deliveries, at most `most`."""
    return int(connection.execute(WAITING, {"channel": channel, "most": most}).scalar_one())


def parked(connection: Connection, channel: str) -> Mapping[str, int]:
    """Count the channel's parked deliveries by reason, at most MOST in all."""
    rows = connection.execute(PARKED, {"channel": channel, "most": MOST})
    return {str(row[0] or ""): int(row[1]) for row in rows}
