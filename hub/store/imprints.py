"""Prints of records by ranges of keys: folded from the change feed, summed up by one scan of a narrow index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

from hub.sdk.digests import print_of, written
from hub.sdk.types import Sum
from hub.store import bulk, changes, epoch, look_ups
from hub.store.changes import Position
from hub.store.tables import high_water, imprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

FOLDED = "folded"  # how far the feed is folded: [transaction_id, sequence]
LATER = "ON CONFLICT (kind, key) DO UPDATE SET agency = excluded.agency, low = excluded.low, high = excluded.high"
HIGHER = """ON CONFLICT (source) DO UPDATE SET transaction_id = excluded.transaction_id, sequence = excluded.sequence,
 kind = excluded.kind, key = excluded.key, version = excluded.version, at = excluded.at"""

RANGE = "kind = :kind AND key >= :start"
BEFORE = f"{RANGE} AND key < :stop"  # a bound the index knows: the scan ends there
COUNT = "SELECT count(*) FROM (SELECT 1 FROM imprint WHERE {range} LIMIT :most) AS counted"
SINGLE = "SELECT key AS start, 1 AS count, low, high FROM imprint WHERE {range} ORDER BY key LIMIT :most"
# ntile gives parts of equal size in one pass over the range
PARTS = """SELECT min(key) AS start, count(*) AS count, sum(low) AS low, sum(high) AS high FROM
 (SELECT key, low, high, ntile(:parts) OVER (ORDER BY key) AS part FROM imprint WHERE {range}) AS cut
 GROUP BY part ORDER BY part"""
ONE_SUM = "SELECT count(*) AS count, sum(low) AS low, sum(high) AS high FROM imprint WHERE {range}"


def fold_next(connection: Connection, *, horizon: int | None, limit: int = 1_000) -> int:
    """Fold the next lines of the feed, in the transaction that notes how far; return how many there were.

    horizon: as of `Store.horizon`; None: nobody else writes (after a restore). One folder at a time: others wait.
    """
    position = Position(*epoch.locked(connection, FOLDED, [-1, 0]))
    found = changes.lines(connection, position, horizon=horizon, limit=limit)
    if found:
        _fold(connection, found)
        last = found[-1]
        epoch.write(connection, FOLDED, [last["transaction_id"], last["sequence"]], now=last["at"])
    return len(found)


def _fold(connection: Connection, lines: Sequence[RowMapping]) -> None:
    places = {(line["kind"], line["key"]): line["agency"] for line in lines}
    documents = look_ups.documents(connection, places)
    bulk.insert(
        connection,
        imprint,
        [_imprint(kind, key, places[kind, key], document) for (kind, key), document in sorted(documents.items())],
        conflict=LATER,
    )
    last = {line["source"]: line for line in lines}
    columns = ("source", "transaction_id", "sequence", "kind", "key", "version", "at")
    marks = [{name: line[name] for name in columns} for _, line in sorted(last.items())]
    bulk.insert(connection, high_water, marks, conflict=HIGHER)


def _imprint(kind: str, key: str, agency: str, document: str) -> dict[str, Any]:
    low, high = print_of(orjson.loads(document))
    return {"kind": kind, "key": key, "agency": agency, "low": low, "high": high}


def parts(
    connection: Connection, kind: str, start: str, stop: str | None, *, most: int, agencies: Sequence[str] | None
) -> list[Sum]:
    """Sum up a range in at most `most` parts; a range of no more records than that is told record by record."""
    where, given = _range(kind, start, stop, agencies)
    count = connection.execute(text(COUNT.format(range=where)), {**given, "most": most + 1}).scalar_one()
    query = SINGLE if count <= most else PARTS
    given["most" if count <= most else "parts"] = most
    rows = connection.execute(text(query.format(range=where)), given)
    return [Sum(row.start, int(row[1]), written(int(row.low), int(row.high))) for row in rows]


def one(
    connection: Connection, kind: str, start: str, stop: str | None, *, agencies: Sequence[str] | None
) -> tuple[int, str]:
    """Sum up a whole range: how many records, and their digest."""
    where, given = _range(kind, start, stop, agencies)
    row = connection.execute(text(ONE_SUM.format(range=where)), given).one()
    return int(row[0]), written(int(row[1] or 0), int(row[2] or 0))


def each(
    connection: Connection,
    kind: str,
    start: str,
    stop: str | None,
    *,
    most: int,
    agencies: Sequence[str] | None,
    after: str = "",
) -> dict[str, str]:
    """Return key → digest of up to `most` records of a range, those after `after`, in the order of their keys."""
    where, given = _range(kind, start, stop, agencies)
    where, given = f"{where} AND key > :after", {**given, "after": after}
    rows = connection.execute(text(SINGLE.format(range=where)), {**given, "most": most})
    return {row.start: written(row.low, row.high) for row in rows}


def _range(kind: str, start: str, stop: str | None, agencies: Sequence[str] | None) -> tuple[str, dict[str, Any]]:
    given: dict[str, Any] = {"kind": kind, "start": start}
    where = RANGE
    if stop is not None:
        where, given["stop"] = BEFORE, stop
    if agencies is None:
        return where, given
    under = []
    for number, prefix in enumerate(agencies):
        under.append(f"agency = :agency{number} OR substr(agency, 1, {len(prefix) + 1}) = :below{number}")
        given |= {f"agency{number}": prefix, f"below{number}": f"{prefix}."}
    return f"{where} AND ({' OR '.join(under) or '1 = 0'})", given
