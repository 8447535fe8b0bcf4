"""What reconciliation reads and writes: records beside the channel's deliveries, and letting these wait again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

from hub.store import bulk
from hub.store.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

COLUMNS = """r.kind, r.key, r.version, r.document, d.id, d.state, d.fence, d.lease_until, d.acknowledged_version,
 d.acknowledged, d.reference, d.updated_at"""
# The page is cut before the join, so that no planner joins all of one table to all of the other for each page.
PAGE = text(
    f"SELECT {COLUMNS} FROM (SELECT kind, key, version, document FROM record "  # noqa: S608 (no outside text)
    "WHERE kind = :kind AND key > :after AND complete ORDER BY key LIMIT :limit) AS r "
    "LEFT JOIN delivery AS d ON d.kind = r.kind AND d.key = r.key AND d.channel = :channel ORDER BY r.key"
)
SOME_SQLITE = text(
    f"SELECT {COLUMNS} FROM json_each(:keys) AS wanted JOIN record AS r ON r.kind = :kind AND r.key = wanted.value "  # noqa: S608
    "LEFT JOIN delivery AS d ON d.kind = r.kind AND d.key = r.key AND d.channel = :channel WHERE r.complete"
)
SOME_POSTGRESQL = text(
    f"SELECT {COLUMNS} FROM unnest(CAST(:keys AS text[])) AS wanted (key) "  # noqa: S608
    "JOIN record AS r ON r.kind = :kind AND r.key = wanted.key "
    "LEFT JOIN delivery AS d ON d.kind = r.kind AND d.key = r.key AND d.channel = :channel WHERE r.complete"
)
# A delivered one waits again from now on. One that waits or is parked stays where it is; only its memo is corrected.
AGAIN = """acknowledged = {acknowledged}, acknowledged_version = NULL, uncertain = {uncertain},
 due_at = CASE WHEN delivery.state = 'delivered' THEN {updated_at} ELSE delivery.due_at END,
 waiting_since = CASE WHEN delivery.state = 'delivered' THEN {updated_at} ELSE delivery.waiting_since END,
 attempts = CASE WHEN delivery.state = 'delivered' THEN 0 ELSE delivery.attempts END,
 state = CASE WHEN delivery.state = 'delivered' THEN 'waiting' ELSE delivery.state END,
 updated_at = {updated_at}"""


@dataclass(frozen=True, slots=True)
class Again:
    """A delivery that is to be made equal again. memo: what the partner is known to hold; None: nobody knows."""

    kind: str
    key: str
    version: int
    id: int | None  # None: there was no delivery yet
    fence: int = 0
    memo: Mapping[str, Any] | None = None


def page(connection: Connection, channel: str, kind: str, *, after: str, limit: int) -> Sequence[RowMapping]:
    """Return complete records in the order of their keys, each with the channel's delivery (or none)."""
    given = {"channel": channel, "kind": kind, "after": after, "limit": limit}
    return connection.execute(PAGE, given).mappings().all()


def some(connection: Connection, channel: str, kind: str, keys: Sequence[str]) -> Sequence[RowMapping]:
    """Return the complete records of these keys, as `page` does."""
    if connection.dialect.name == "postgresql":
        query, given = SOME_POSTGRESQL, list(keys)
    else:
        query, given = SOME_SQLITE, orjson.dumps(keys).decode()  # type: ignore[assignment]
    return connection.execute(query, {"channel": channel, "kind": kind, "keys": given}).mappings().all()


def again(connection: Connection, channel: str, wishes: Sequence[Again], *, now: int) -> int:
    """Let deliveries wait again; return how many. One that moved since it was read (its fence tells) is left alone."""
    known = [
        {
            "id": one.id,
            "fence": one.fence,
            "acknowledged": orjson.dumps(one.memo or {}).decode(),
            "uncertain": one.memo is None,
            "updated_at": now,
        }
        for one in sorted(wishes, key=lambda one: one.id or 0)
        if one.id is not None
    ]
    fresh = [
        {"channel": channel, "kind": one.kind, "key": one.key, "wanted_version": one.version, "state": "waiting"}
        | {"acknowledged": orjson.dumps(one.memo or {}).decode(), "uncertain": one.memo is None}
        | {"due_at": now, "waiting_since": now, "updated_at": now}
        for one in sorted(wishes, key=lambda one: (one.kind, one.key))
        if one.id is None
    ]
    count = bulk.update(connection, delivery, known, where=("id", "fence"), sets=AGAIN)
    return count + bulk.insert(connection, delivery, fresh, conflict="ON CONFLICT DO NOTHING")
