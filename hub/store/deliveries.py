"""Deliveries: the outbox and the queue. Wanting and settling; claiming: hub.store.claiming."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from hub.store import bulk
from hub.store.driver import run
from hub.store.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

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

FENCED_SQLITE = "SELECT id, fence FROM delivery WHERE id IN (SELECT value FROM json_each(:ids))"
# Locked in the order in which `wanted` locks them.
FENCED_POSTGRESQL = """SELECT id, fence FROM delivery WHERE id = ANY(CAST(:ids AS bigint[]))
 ORDER BY channel COLLATE "C", kind COLLATE "C", key COLLATE "C" FOR UPDATE"""

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
    return _raised(rows, now=now, wholly=frozenset(), conflict=WANT, sources=sources or {})


def echoed(rows: Sequence[tuple[str, str, str, int, bool]], *, now: int, apart: bool = False) -> bulk.Insert:
    """Return what to write: each (channel, kind, key, version, whole): the channel itself told us of that version.

    whole: nobody else told anything of the record; else a channel that was never told of it must come to hold it.
    apart: it keeps what it is told apart from what it tells (`Connector.apart`).
    """
    wholly = {row[:3] for row in rows if row[4]}
    conflict = ECHO_APART if apart else ECHO
    return _raised([row[:4] for row in rows], now=now, wholly=wholly, conflict=conflict, sources={})


def _raised(
    rows: Sequence[tuple[str, str, str, int]],
    *,
    now: int,
    wholly: Collection[tuple[str, str, str]],
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
                "acknowledged_version": version if (channel, kind, key) in wholly else None,
                "state": DELIVERED if (channel, kind, key) in wholly else WAITING,
                "due_at": now,
                "waiting_since": now,
                "updated_at": now,
                "source": sources.get((kind, key), ""),
            }
            for channel, kind, key, version in sorted(rows)
        ],
        conflict,
    )


def _nothing(_ours: frozenset[int]) -> Sequence[bulk.Insert]:
    return ()


def settle(
    connection: Connection,
    settled: Sequence[Settled],
    *,
    now: int,
    also: Callable[[frozenset[int]], Sequence[bulk.Insert]] = _nothing,
) -> frozenset[int]:
    """Write how tries ended; return the ids that were still ours. An old fence changes nothing.

    also: from those ids what is to be written beside.
    """
    fences = lock(connection, [one.id for one in settled])
    ours = sorted((one for one in settled if fences.get(one.id) == one.fence), key=lambda one: one.id)
    kept = frozenset(one.id for one in ours)
    update = bulk.Update(delivery, [_row(one, now) for one in ours], ("id",), SETTLE)
    bulk.write(connection, [update, *also(kept)])
    return kept


def lock(connection: Connection, ids: Sequence[int]) -> Mapping[int, int]:
    """Let nobody else change these deliveries; return their fences. On SQLite whoever writes is alone already."""
    if connection.dialect.name == "postgresql":
        rows = run(connection, FENCED_POSTGRESQL, {"ids": list(ids)})
    else:
        rows = run(connection, FENCED_SQLITE, {"ids": orjson.dumps(list(ids)).decode()})
    return {row.id: row.fence for row in rows}


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
