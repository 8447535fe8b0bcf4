"""Claiming deliveries: with a lease and a fence, orphans first, then sources in turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub.store import orphans, turns
from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

CLAIMED = f"""SELECT d.id, d.kind, d.key, d.acknowledged_version, d.acknowledged, d.reference, d.attempts, d.fence,
 d.uncertain, d.lease_until, d.reason, r.version, r.document
 FROM delivery AS d JOIN record AS r ON r.kind = d.kind AND r.key = d.key
 WHERE d.channel = :channel AND d.state = 'waiting' AND d.due_at <= :now
 AND (CAST(:suspects AS boolean) OR (coalesce(d.reason, '') <> '{orphans.WORKER_LOST}'
  AND (d.lease_until IS NULL OR d.attempts < {orphans.SUSPECT})))"""  # noqa: S608 (no outside text)
CLAIM = CLAIMED + " ORDER BY d.due_at LIMIT :limit"
CLAIM_POSTGRESQL = CLAIM + " FOR UPDATE OF d SKIP LOCKED"
# Orphans: whoever had them in hand has died, or sleeps. The partner may hold them half, so they go before what waits.
# `+` keeps the planner at the index by lease: what was lost more than once falls due later.
ORPHANS = f"""SELECT id FROM delivery WHERE channel = :channel AND state = 'waiting' AND lease_until <= :now
 AND +due_at <= :now AND (CAST(:suspects AS boolean)
  OR (coalesce(reason, '') <> '{orphans.WORKER_LOST}' AND attempts < {orphans.SUSPECT}))
 ORDER BY lease_until LIMIT :limit"""  # noqa: S608 (no outside text)
ORPHANS_POSTGRESQL = ORPHANS + " FOR UPDATE SKIP LOCKED"
CHOSEN_SQLITE = CLAIMED + " AND d.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608 (no outside text)
CHOSEN_POSTGRESQL = CLAIMED + " AND d.id = ANY(CAST(:ids AS bigint[])) FOR UPDATE OF d SKIP LOCKED"

# The next try is scheduled before trying: if this worker dies, the row falls due again when the lease ends; one that
# was lost before, some time after that.
LEASE = """UPDATE delivery SET fence = fence + 1, attempts = attempts + 1, uncertain = true, lease_owner = :owner,
 lease_until = :until, due_at = CASE WHEN lease_until IS NULL THEN :until ELSE :later END WHERE id """
LEASE_SQLITE = LEASE + "IN (SELECT value FROM json_each(:ids))"  # noqa: S608 (no outside text)
LEASE_POSTGRESQL = LEASE + "= ANY(CAST(:ids AS bigint[]))"


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in the hands of one worker. `attempts` counts this try; `uncertain`: an earlier try has no end.

    lost: leases that ended in a row before this one without anybody telling how; suspect: it was claimed alone.
    """

    id: int
    kind: str
    key: str
    version: int
    written: str  # the document as it is stored
    acknowledged_version: int | None
    acknowledged: Mapping[str, Any]
    reference: str | None
    attempts: int
    fence: int
    uncertain: bool
    lost: int = 0
    suspect: bool = False

    @property
    def document(self) -> Mapping[str, Any]:
        """The document, read each time it is asked for: never while the claim's transaction lasts."""
        document: Mapping[str, Any] = orjson.loads(self.written)
        return document


def claim(
    connection: Connection,
    channel: str,
    *,
    owner: str,
    now: int,
    lease: int,
    limit: int,
    rounds: dict[str, str] | None = None,
    back_off: Callable[[int], float] = lambda _lost: 0.0,
    suspects: bool = True,
) -> Sequence[Claimed]:
    """Take up to `limit` due deliveries of a channel for `lease` milliseconds: orphans first, then sources in turns.

    rounds: channel → the source served last; kept by the caller from claim to claim. back_off: leases lost in a row →
    seconds from this lease's end until another try, should it be lost too. suspects: whether one may be taken, alone
    (hub.store.orphans).
    """
    postgresql = connection.dialect.name == "postgresql"
    query = CLAIM_POSTGRESQL if postgresql else CLAIM
    given: dict[str, Any] = {"channel": channel, "now": now, "suspects": suspects}
    rows = run(connection, query, {**given, "limit": limit}).all()
    if not rows:
        return []
    if len(rows) == limit:  # more may be waiting than this claim takes
        rows = _chosen(connection, given, rows, rounds={} if rounds is None else rounds)
    lost = orphans.lost(connection, rows)
    rows = orphans.apart(rows, lost, suspects=suspects)
    if not rows:
        return []
    ids, until = [row.id for row in rows], now + lease
    later = until + int(1000 * back_off(max(lost.get(one, 0) for one in ids)))
    statement, these = (LEASE_POSTGRESQL, ids) if postgresql else (LEASE_SQLITE, orjson.dumps(ids).decode())
    run(connection, statement, {"owner": owner, "until": until, "later": later, "ids": these})
    return [
        Claimed(
            row.id,
            row.kind,
            row.key,
            row.version,
            row.document,
            row.acknowledged_version,
            orjson.loads(row.acknowledged),
            row.reference,
            row.attempts + 1,
            row.fence + 1,
            bool(row.uncertain),
            lost.get(row.id, 0),
            orphans.is_suspect(lost.get(row.id, 0), row.reason),
        )
        for row in rows
    ]


def _chosen(
    connection: Connection, given: Mapping[str, Any], oldest: Sequence[Any], *, rounds: dict[str, str]
) -> Sequence[Any]:
    """Replace some of the oldest by orphans and by those whose turn it is."""
    postgresql, limit = connection.dialect.name == "postgresql", len(oldest)
    channel, now = given["channel"], given["now"]
    query = ORPHANS_POSTGRESQL if postgresql else ORPHANS
    ids = list(run(connection, query, {**given, "limit": limit}).scalars())
    if len(ids) < limit:
        turn, last = turns.choose(connection, channel, now=now, limit=limit - len(ids), after=rounds.get(channel))
        ids.extend(turn)
        if last is not None:
            rounds[channel] = last
    held = {row.id: row for row in oldest}
    if missing := [one for one in ids if one not in held]:
        if postgresql:
            more = run(connection, CHOSEN_POSTGRESQL, {**given, "ids": missing})
        else:
            more = run(connection, CHOSEN_SQLITE, {**given, "ids": orjson.dumps(missing).decode()})
        held |= {row.id: row for row in more}
    first = [held[one] for one in ids if one in held]
    chosen = {row.id for row in first}
    return [*first, *(row for row in oldest if row.id not in chosen)][:limit]
