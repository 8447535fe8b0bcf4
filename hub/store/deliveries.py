"""Deliveries: the outbox and the queue. Want, claim with lease and fence, settle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

from hub.store import bulk, turns
from hub.store.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

WAITING, DELIVERED, PARKED = "waiting", "delivered", "parked"

# A delivery that waits keeps its place and its back-off (and, in flight, its lease). One that an operator must decide
# about stays parked: a new version does not make the old uncertainty go away.
WANT = """ON CONFLICT (channel, kind, key) DO UPDATE SET
 wanted_version = excluded.wanted_version, updated_at = excluded.updated_at,
 state = CASE WHEN delivery.state = 'parked' AND delivery.reason = 'uncertain' THEN 'parked' ELSE 'waiting' END,
 due_at = CASE WHEN delivery.state = 'waiting' THEN delivery.due_at ELSE excluded.due_at END,
 attempts = CASE WHEN delivery.state = 'waiting' THEN delivery.attempts ELSE 0 END,
 waiting_since = CASE WHEN delivery.state = 'waiting' THEN delivery.waiting_since ELSE excluded.waiting_since END,
 source = CASE WHEN delivery.state = 'waiting' THEN delivery.source ELSE excluded.source END"""

# What came from a channel is not sent back to it: it holds the new version if it held the one before.
ECHO = """ON CONFLICT (channel, kind, key) DO UPDATE SET
 wanted_version = excluded.wanted_version, updated_at = excluded.updated_at,
 acknowledged_version = CASE WHEN delivery.state = 'delivered' THEN excluded.wanted_version
  ELSE delivery.acknowledged_version END"""

# Unless it keeps what it is told apart from what it tells: an older copy of ours there (the memo says so) is replaced.
ECHO_APART = """ON CONFLICT (channel, kind, key) DO UPDATE SET
 wanted_version = excluded.wanted_version, updated_at = excluded.updated_at,
 acknowledged_version = CASE WHEN delivery.state = 'delivered' AND delivery.acknowledged = '{}'
  THEN excluded.wanted_version ELSE delivery.acknowledged_version END,
 due_at = CASE WHEN delivery.state = 'delivered' THEN excluded.due_at ELSE delivery.due_at END,
 waiting_since = CASE WHEN delivery.state = 'delivered' THEN excluded.waiting_since ELSE delivery.waiting_since END,
 state = CASE WHEN delivery.state = 'delivered' AND delivery.acknowledged <> '{}' THEN 'waiting'
  ELSE delivery.state END"""

CLAIMED = """SELECT d.id, d.kind, d.key, d.acknowledged_version, d.acknowledged, d.reference, d.attempts, d.fence,
 d.uncertain, r.version, r.document
 FROM delivery AS d JOIN record AS r ON r.kind = d.kind AND r.key = d.key
 WHERE d.channel = :channel AND d.state = 'waiting' AND d.due_at <= :now"""
CLAIM = CLAIMED + " ORDER BY d.due_at LIMIT :limit"
CLAIM_SQLITE = text(CLAIM)
CLAIM_POSTGRESQL = text(CLAIM + " FOR UPDATE OF d SKIP LOCKED")
# Orphans: whoever had them in hand has died, or sleeps. The partner may hold them half, so they go before what waits.
ORPHANS = """SELECT id FROM delivery WHERE channel = :channel AND state = 'waiting' AND lease_until <= :now
 ORDER BY lease_until LIMIT :limit"""
ORPHANS_SQLITE = text(ORPHANS)
ORPHANS_POSTGRESQL = text(ORPHANS + " FOR UPDATE SKIP LOCKED")
CHOSEN_SQLITE = text(CLAIMED + " AND d.id IN (SELECT value FROM json_each(:ids))")  # noqa: S608 (no outside text)
CHOSEN_POSTGRESQL = text(CLAIMED + " AND d.id = ANY(CAST(:ids AS bigint[])) FOR UPDATE OF d SKIP LOCKED")

# The next try is scheduled before trying: if this worker dies, the row falls due again when the lease ends.
LEASE = """UPDATE delivery SET fence = fence + 1, attempts = attempts + 1, uncertain = true, lease_owner = :owner,
 lease_until = :until, due_at = :until WHERE id """
LEASE_SQLITE = text(LEASE + "IN (SELECT value FROM json_each(:ids))")  # noqa: S608 (no outside text)
LEASE_POSTGRESQL = text(LEASE + "= ANY(CAST(:ids AS bigint[]))")

FENCED_SQLITE = text("SELECT id, fence FROM delivery WHERE id IN (SELECT value FROM json_each(:ids))")
FENCED_POSTGRESQL = text("SELECT id, fence FROM delivery WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE")

# A newer version may be wanted by now: then a settled delivery (or a refused one) waits again at once.
NEWER = "wanted_version > {acknowledged_version} AND {state} <> 'waiting' AND {reason} <> 'uncertain'"
SETTLE = f"""
 acknowledged_version = CASE WHEN {{state}} = 'delivered' THEN {{acknowledged_version}}
  ELSE delivery.acknowledged_version END,
 state = CASE WHEN {NEWER} THEN 'waiting' ELSE {{state}} END,
 due_at = CASE WHEN {NEWER} THEN {{updated_at}} ELSE {{due_at}} END,
 waiting_since = CASE WHEN {NEWER} THEN {{updated_at}} ELSE waiting_since END,
 attempts = CASE WHEN {{state}} = 'waiting' THEN delivery.attempts ELSE 0 END,
 acknowledged = COALESCE({{acknowledged}}, delivery.acknowledged),
 reference = COALESCE({{reference}}, delivery.reference),
 uncertain = {{uncertain}}, reason = NULLIF({{reason}}, ''), code = {{code}}, detail = {{detail}},
 lease_owner = NULL, lease_until = NULL, updated_at = {{updated_at}}"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in the hands of one worker. `attempts` counts this try; `uncertain`: an earlier try has no end."""

    id: int
    kind: str
    key: str
    version: int
    document: Mapping[str, Any]
    acknowledged_version: int | None
    acknowledged: Mapping[str, Any]
    reference: str | None
    attempts: int
    fence: int
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """How a try ended. version: the one that was tried; due_at: the next try (waiting) in ms."""

    id: int
    fence: int
    version: int
    state: str
    due_at: int
    uncertain: bool = False
    reason: str = ""
    code: str | None = None
    detail: str | None = None
    reference: str | None = None
    acknowledged: Mapping[str, Any] | None = field(default=None)


def wanted(
    rows: Sequence[tuple[str, str, str, int]], *, now: int, sources: Mapping[tuple[str, str], str] | None = None
) -> bulk.Insert:
    """Return what to write: each (channel, kind, key, version): the channel must come to hold that version.

    sources: (kind, key) → whose change it is; sources take turns when much waits.
    """
    return _raised(rows, now=now, state=WAITING, conflict=WANT, sources=sources or {})


def echoed(rows: Sequence[tuple[str, str, str, int]], *, now: int, apart: bool = False) -> bulk.Insert:
    """Return what to write: each (channel, kind, key, version): the channel itself told us of that version.

    apart: it keeps what it is told apart from what it tells (`Connector.apart`).
    """
    return _raised(rows, now=now, state=DELIVERED, conflict=ECHO_APART if apart else ECHO, sources={})


def _raised(
    rows: Sequence[tuple[str, str, str, int]],
    *,
    now: int,
    state: str,
    conflict: str,
    sources: Mapping[tuple[str, str], str],
) -> bulk.Insert:
    return bulk.Insert(
        delivery,
        [
            {
                "channel": channel,
                "kind": kind,
                "key": key,
                "wanted_version": version,
                "acknowledged_version": version if state == DELIVERED else None,
                "state": state,
                "due_at": now,
                "waiting_since": now,
                "updated_at": now,
                "source": sources.get((kind, key), ""),
            }
            for channel, kind, key, version in sorted(rows)
        ],
        conflict,
    )


def claim(
    connection: Connection,
    channel: str,
    *,
    owner: str,
    now: int,
    lease: int,
    limit: int,
    rounds: dict[str, str] | None = None,
) -> Sequence[Claimed]:
    """Take up to `limit` due deliveries of a channel for `lease` milliseconds: orphans first, then sources in turns.

    rounds: channel → the source served last; kept by the caller from claim to claim.
    """
    postgresql = connection.dialect.name == "postgresql"
    query = CLAIM_POSTGRESQL if postgresql else CLAIM_SQLITE
    rows = connection.execute(query, {"channel": channel, "now": now, "limit": limit}).all()
    if not rows:
        return []
    if len(rows) == limit:  # more may be waiting than this claim takes
        rows = _chosen(connection, channel, rows, now=now, rounds={} if rounds is None else rounds)
    ids = [row.id for row in rows]
    statement, given = (LEASE_POSTGRESQL, ids) if postgresql else (LEASE_SQLITE, orjson.dumps(ids).decode())
    connection.execute(statement, {"owner": owner, "until": now + lease, "ids": given})
    return [
        Claimed(
            row.id,
            row.kind,
            row.key,
            row.version,
            orjson.loads(row.document),
            row.acknowledged_version,
            orjson.loads(row.acknowledged),
            row.reference,
            row.attempts + 1,
            row.fence + 1,
            bool(row.uncertain),
        )
        for row in rows
    ]


def _chosen(
    connection: Connection, channel: str, oldest: Sequence[Any], *, now: int, rounds: dict[str, str]
) -> Sequence[Any]:
    """Replace some of the oldest by orphans and by those whose turn it is."""
    postgresql, limit = connection.dialect.name == "postgresql", len(oldest)
    given: dict[str, Any] = {"channel": channel, "now": now}
    query = ORPHANS_POSTGRESQL if postgresql else ORPHANS_SQLITE
    ids = list(connection.execute(query, {**given, "limit": limit}).scalars())
    if len(ids) < limit:
        turn, last = turns.choose(connection, channel, now=now, limit=limit - len(ids), after=rounds.get(channel))
        ids.extend(turn)
        if last is not None:
            rounds[channel] = last
    held = {row.id: row for row in oldest}
    if missing := [one for one in ids if one not in held]:
        if postgresql:
            more = connection.execute(CHOSEN_POSTGRESQL, {**given, "ids": missing})
        else:
            more = connection.execute(CHOSEN_SQLITE, {**given, "ids": orjson.dumps(missing).decode()})
        held |= {row.id: row for row in more}
    first = [held[one] for one in ids if one in held]
    chosen = {row.id for row in first}
    return [*first, *(row for row in oldest if row.id not in chosen)][:limit]


def settle(connection: Connection, settled: Sequence[Settled], *, now: int) -> frozenset[int]:
    """Write how tries ended; return the ids that were still ours. An old fence changes nothing."""
    ids = [one.id for one in settled]
    if connection.dialect.name == "postgresql":
        rows = connection.execute(FENCED_POSTGRESQL, {"ids": ids})
    else:
        rows = connection.execute(FENCED_SQLITE, {"ids": orjson.dumps(ids).decode()})
    fences = {row.id: row.fence for row in rows}
    ours = sorted((one for one in settled if fences.get(one.id) == one.fence), key=lambda one: one.id)
    bulk.update(connection, delivery, [_row(one, now) for one in ours], where=("id",), sets=SETTLE)
    return frozenset(one.id for one in ours)


def _row(one: Settled, now: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "acknowledged_version": one.version,
        "state": one.state,
        "due_at": one.due_at,
        "uncertain": one.uncertain,
        "reason": one.reason,
        "code": one.code,
        "detail": one.detail,
        "reference": one.reference,
        "acknowledged": None if one.acknowledged is None else orjson.dumps(one.acknowledged).decode(),
        "updated_at": now,
    }
