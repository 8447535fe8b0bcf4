"""Lists of records by key, filtered, that never read more than a bounded part of the table for one answer.

A filter walks the index made for it: agencies by (kind, agency, key), a status by (kind, status, key), all else by
(kind, key). What no index decides is decided row by row, in windows; after WINDOWS of them the answer is what was
found, with the key up to which was looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

WINDOW = 1_000  # records looked at in one query, over all ranges together
WINDOWS = 4
LEAST = 50  # of a window in each range
MOST_AGENCIES = 64  # more than these: then most of what is read by key is theirs

# One agency after another by jumps in the index; "/" is the character after ".".
AGENCIES = text("""WITH RECURSIVE under(agency) AS (
 SELECT min(agency) FROM record WHERE kind = :kind AND agency >= :prefix AND agency < :stop
 UNION ALL SELECT (SELECT min(agency) FROM record WHERE kind = :kind AND agency > under.agency AND agency < :stop)
  FROM under WHERE under.agency IS NOT NULL)
 SELECT agency FROM under WHERE agency IS NOT NULL LIMIT :most""")
LAST = "SELECT key FROM record WHERE kind = :kind AND key > :after {equal} ORDER BY key LIMIT 1 OFFSET :skip"
EACH = "unnest(CAST(:agencies AS text[]))"
LAST_OF_ALL = {
    "postgresql": f"SELECT min(({LAST})) FROM {EACH} AS given (agency)",  # noqa: S608
    "sqlite": f"SELECT min(({LAST})) FROM json_each(:agencies) AS given",  # noqa: S608 (no outside text)
}
GIVEN = {"postgresql": "given.agency", "sqlite": "given.value"}
AMONG = {"postgresql": "agency = given.agency", "sqlite": "agency IN (SELECT value FROM json_each(:agencies))"}
BY_AGENCY, BY_STATUS = "ix_record_kind_agency_key_status", "ix_record_kind_status_key_agency"
BY_KEY = "sqlite_autoindex_record_1"


@dataclass(frozen=True, slots=True)
class Found:
    """One page. upto: the key up to which was looked when the page is not full and more may come; None: the end."""

    rows: Sequence[RowMapping]
    upto: str | None = None


@dataclass(slots=True)
class _Walk:
    """How a list is read: `last` finds where a window ends, `where` tells which rows of it are wanted."""

    given: dict[str, Any]
    last: str
    where: list[str]
    index: str
    ranges: int = 1
    exact: bool = True  # all that is read is wanted


def look(connection: Connection, kind: str, *, after: str, limit: int, filters: Mapping[str, Any]) -> Found:
    """Return up to `limit` records in the order of their keys, those after `after`.

    filters: agencies (prefixes, any of), status, procedure, updated_after (ms); empty ones do not count.
    """
    walk = _walk(connection, kind, filters)
    if walk is None:
        return Found([])
    if walk.exact and walk.ranges == 1:
        return Found(_window(connection, walk, {**walk.given, "after": after, "last": None, "limit": limit}))
    window = limit if walk.exact else max(WINDOW // walk.ranges, LEAST)
    found: list[RowMapping] = []
    for _ in range(1 if walk.exact else WINDOWS):
        given = {**walk.given, "after": after}
        last = connection.execute(text(walk.last), {**given, "skip": window - 1}).scalar()
        found += _window(connection, walk, {**given, "last": last, "limit": limit - len(found)})
        if last is None or len(found) == limit:
            return Found(found)
        after = last
    return Found(found, after)


def _window(connection: Connection, walk: _Walk, given: dict[str, Any]) -> Sequence[RowMapping]:
    where = ["kind = :kind", "key > :after", *walk.where]
    if given["last"] is None:
        del given["last"]
    else:
        where.append("key <= :last")
    rows = f"SELECT * FROM record{{}} WHERE {' AND '.join(where)} ORDER BY key LIMIT :limit"  # noqa: S608 (ours)
    if connection.dialect.name != "postgresql":
        rows = rows.format(f" INDEXED BY {walk.index}")
    elif walk.ranges > 1:  # a list of agencies would let the planner walk by status instead, from the first key on
        rows = f"SELECT found.* FROM {EACH} AS given (agency) CROSS JOIN LATERAL ({rows.format('')}) AS found"  # noqa: S608
        rows += " ORDER BY found.key LIMIT :limit"
    else:
        rows = rows.format("")
    return connection.execute(text(rows), given).mappings().all()


def _walk(connection: Connection, kind: str, filters: Mapping[str, Any]) -> _Walk | None:
    """Choose the index; None: there can be nothing."""
    walk = _Walk({"kind": kind}, LAST.format(equal=""), [], BY_KEY)
    status = filters.get("status")
    prefixes = filters.get("agencies")
    agencies = _agencies(connection, kind, prefixes) if prefixes else []
    if prefixes and not agencies:
        return None
    if prefixes and len(agencies) <= MOST_AGENCIES:
        _by_agency(connection, walk, agencies)
    else:
        if status:
            walk.last, walk.index = LAST.format(equal="AND status = :status"), BY_STATUS
            walk.where.append("status = :status")
            walk.given["status"], status = status, None
        if prefixes:
            _under(walk, prefixes)
    for name, sign in (("status", "status = "), ("procedure", "procedure = "), ("updated_after", "updated_at > ")):
        value = status if name == "status" else filters.get(name)
        if value or value == 0:
            walk.where.append(f"{sign}:{name}")
            walk.given[name], walk.exact = value, False
    return walk


def _agencies(connection: Connection, kind: str, prefixes: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for prefix in prefixes:
        given = {"kind": kind, "prefix": prefix, "stop": f"{prefix}/", "most": MOST_AGENCIES + 1}
        found.update(connection.execute(AGENCIES, given).scalars())
    return sorted(one for one in found if any(one == p or one.startswith(f"{p}.") for p in prefixes))


def _by_agency(connection: Connection, walk: _Walk, agencies: Sequence[str]) -> None:
    engine = connection.dialect.name
    walk.index, walk.ranges = BY_AGENCY, len(agencies)
    if len(agencies) == 1:  # rows come in their order
        walk.last = LAST.format(equal="AND agency = :agency")
        walk.where.append("agency = :agency")
        walk.given["agency"] = agencies[0]
        return
    walk.last = LAST_OF_ALL[engine].format(equal=f"AND agency = {GIVEN[engine]}")
    walk.where.append(AMONG[engine])
    walk.given["agencies"] = list(agencies) if engine == "postgresql" else orjson.dumps(agencies).decode()


def _under(walk: _Walk, prefixes: Sequence[str]) -> None:
    """Too many agencies for a range each: rows are told apart by prefix."""
    under = []
    for number, prefix in enumerate(prefixes):
        under.append(f"agency = :agency{number} OR (agency > :below{number} AND agency < :stop{number})")
        walk.given |= {f"agency{number}": prefix, f"below{number}": f"{prefix}.", f"stop{number}": f"{prefix}/"}
    walk.where.append(f"({' OR '.join(under)})")
    walk.exact = False
