"""Orphans that may have killed their worker: how often each was lost in a row, and which are taken alone.

A lease that ends without any settle leaves no attempt behind: the fence has counted it, the last attempt has an older
one. The first two losses are nobody's fault: machines die, and what one left is in hand of another that dies too. What
was lost a third time, or was parked for it before, is a suspect: it is claimed
alone, one at a time in a process (hub.flows.leases), so that it takes neither neighbours nor another suspect down, and
comes later with each loss (hub.domain.retry.lost_wait).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

SUSPECT = 3  # leases lost in a row
WORKER_LOST = "worker_lost"  # hub.sdk.Reason

# One index look-up each, by (delivery_id, id); asked only about orphans that were lost before.
LAST = """SELECT {id} AS id,
 (SELECT fence FROM attempt WHERE delivery_id = {id} ORDER BY attempt.id DESC LIMIT 1) AS fence FROM """
LAST_SQLITE = LAST.format(id="given.value") + "json_each(:ids) AS given"
LAST_POSTGRESQL = LAST.format(id="given.id") + "unnest(CAST(:ids AS bigint[])) AS given (id)"


def lost(connection: Connection, rows: Sequence[Any]) -> Mapping[int, int]:
    """Return id → leases lost in a row, for those of these due rows that somebody had in hand."""
    orphans = [row for row in rows if row.lease_until is not None]
    again = [row.id for row in orphans if row.attempts > 1]
    last: dict[int, int | None] = {}
    if again:
        postgresql = connection.dialect.name == "postgresql"
        query, given = (LAST_POSTGRESQL, again) if postgresql else (LAST_SQLITE, orjson.dumps(again).decode())
        last = {row.id: row.fence for row in run(connection, query, {"ids": given})}
    return {row.id: _lost(row, last.get(row.id)) for row in orphans}


def _lost(row: Any, last: int | None) -> int:
    """Never more than its tries since the last success or change: attempts are pruned some day."""
    known = last is not None and last < row.fence
    return min(row.attempts, row.fence - last) if known else row.attempts  # type: ignore[no-any-return]


def is_suspect(lost: int, reason: str | None) -> bool:
    return lost >= SUSPECT or reason == WORKER_LOST


def apart(rows: Sequence[Any], lost: Mapping[int, int], *, suspects: bool) -> Sequence[Any]:
    """Cut before the first suspect; one that is the first goes alone. suspects: whether one may be taken now."""
    suspected = [row for row in rows if is_suspect(lost.get(row.id, 0), row.reason)]
    if not suspected:
        return rows
    if not suspects:
        return [row for row in rows if row not in suspected]
    return rows[: rows.index(suspected[0]) or 1]
