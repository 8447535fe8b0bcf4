"""Whose turn it is: when more waits than one claim takes, the sources of a channel's deliveries take turns.

A claim that takes all that is due needs no turns. Otherwise each source gets one place, then each a second one, and
so on, going round from where the last claim ended: a source that sends seven times its usual volume waits behind
itself, not before others. What a dead worker had in hand has had its turn and goes before all (hub.store.deliveries).
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

MOST_SOURCES = 64  # in one claim; the round goes on with the next claim

# Sources one after another by jumps in the index (channel, source, due_at), never by reading what waits.
SOURCES = """WITH RECURSIVE turn(source) AS (
 SELECT min(source) FROM delivery WHERE channel = :channel AND state = 'waiting' AND source > :after
 UNION ALL SELECT (SELECT min(source) FROM delivery WHERE channel = :channel AND state = 'waiting'
  AND source > turn.source) FROM turn WHERE turn.source IS NOT NULL)
 SELECT source FROM turn WHERE source IS NOT NULL LIMIT :most"""
DUE = """SELECT id FROM delivery WHERE channel = :channel AND state = 'waiting' AND source = {source}
 AND due_at <= :now AND lease_until IS NULL ORDER BY due_at LIMIT :share"""
DUE_SQLITE = DUE.format(source=":source")
DUE_EACH = DUE.format(source="given.source")
EACH = "SELECT given.source, d.id FROM unnest(CAST(:sources AS text[])) AS given (source) CROSS JOIN LATERAL "
DUE_POSTGRESQL = f"{EACH} ({DUE_EACH}) AS d"


def choose(
    connection: Connection, channel: str, *, now: int, limit: int, after: str | None
) -> tuple[Sequence[int], str | None]:
    """Return the ids of up to `limit` due deliveries in turns, and the source after which the next round begins."""
    sources = _sources(connection, channel, after or "", limit)
    if len(sources) < 2:  # noqa: PLR2004 (one alone waits for nobody)
        return [], None
    share = max(1, 2 * limit // len(sources))  # more than an equal part: some have less than theirs
    due = _due(connection, channel, sources, now=now, share=share)
    rounds = zip_longest(*(due[source] for source in sources if due.get(source)))
    ids = [one for one in chain.from_iterable(rounds) if one is not None][:limit]
    served = [source for source in sources if set(due.get(source, ())) & set(ids)]
    return ids, served[-1] if served else None


def _sources(connection: Connection, channel: str, after: str, limit: int) -> list[str]:
    """The next sources in the round, "" being one as well."""
    most = min(MOST_SOURCES, max(limit, 2))
    given = {"channel": channel, "most": most}
    found = list(run(connection, SOURCES, {**given, "after": after}).scalars())
    if len(found) < most:
        again = ["", *run(connection, SOURCES, {**given, "after": ""}).scalars()]
        found += [source for source in again if source <= after and source not in found]
    return found[:most]


def _due(connection: Connection, channel: str, sources: Sequence[str], *, now: int, share: int) -> dict[str, list[int]]:
    given = {"channel": channel, "now": now, "share": share}
    if connection.dialect.name != "postgresql":
        return {source: list(run(connection, DUE_SQLITE, {**given, "source": source}).scalars()) for source in sources}
    found: dict[str, list[int]] = {}
    for row in run(connection, DUE_POSTGRESQL, {**given, "sources": list(sources)}):
        found.setdefault(row.source, []).append(row.id)
    return found
