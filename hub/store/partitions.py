"""Partitions by time of what only grows, on PostgreSQL: made ahead, dropped whole when their time is over.

What no partition was made for goes to `<table>_rest` and moves from there when one is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

MONTHS = {"attempt": 1, "exchange": 1, "item": 12}  # in one partition of each table
AHEAD = 2  # partitions after the present one
PATIENCE = "SET LOCAL lock_timeout = '500ms'"  # whoever writes now comes first; the next turn of the rota tries again
NAME = re.compile(rf"({'|'.join(MONTHS)})_(before|rest|\d{{4}}_\d{{2}})")
BOUND = re.compile(r"FROM \((?:'?(\d+)'?|MINVALUE)\) TO \('?(\d+)'?\)")
PARTS = text(
    "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits AS i "
    "JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = CAST(:table AS regclass) ORDER BY c.relname"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A partition: rows with `begin` <= at < `end` (ms)."""

    name: str
    begin: int
    end: int


def is_partition(name: str) -> bool:
    """Tell whether a table is a partition of ours, by its name."""
    return NAME.fullmatch(name) is not None


def parts(connection: Connection, table: str) -> list[Part]:
    """Return the partitions of a table that have bounds."""
    found = [(name, BOUND.search(bound)) for name, bound in connection.execute(PARTS, {"table": table})]
    return [Part(name, int(bound[1] or 0), int(bound[2])) for name, bound in found if bound]


def make_ahead(connection: Connection, table: str, *, now: int) -> list[str]:
    """Make the partition of the present and those after it, where they are missing; return their names."""
    there = parts(connection, table)
    made = []
    begin = _start(now, MONTHS[table])
    for _ in range(AHEAD + 1):
        end = _after(begin, MONTHS[table])
        covered = begin
        for one in sorted(there, key=lambda one: one.begin):
            covered = one.end if one.begin <= covered < one.end else covered
        if covered < end:  # "before" may reach into it: then only the rest of it is made
            moment = datetime.fromtimestamp(begin / 1000, UTC)
            name = f"{table}_{moment:%Y_%m}"
            _make(connection, table, Part(name, covered, end))
            made.append(name)
        begin = end
    return made


def _make(connection: Connection, table: str, part: Part) -> None:
    bounds = f"at >= {part.begin} AND at < {part.end}"
    moved = f"WITH moved AS (DELETE FROM {table}_rest WHERE {bounds} RETURNING *)"  # noqa: S608 (names are ours)
    for statement in (
        PATIENCE,
        f"CREATE TABLE {part.name} (LIKE {table} INCLUDING DEFAULTS)",
        f"{moved} INSERT INTO {part.name} SELECT * FROM moved",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {part.name} FOR VALUES FROM ({part.begin}) TO ({part.end})",
    ):
        connection.exec_driver_sql(statement)


def drop_before(connection: Connection, table: str, moment: int) -> list[str]:
    """Drop the partitions whose every row is older than a moment (ms); return their names."""
    old = [one.name for one in parts(connection, table) if one.end <= moment]
    for name in old:
        connection.exec_driver_sql(PATIENCE)
        connection.exec_driver_sql(f"DROP TABLE {name}")
    return old


def _start(now: int, months: int) -> int:
    moment = datetime.fromtimestamp(now / 1000, UTC)
    month = (moment.month - 1) // months * months + 1
    return int(datetime(moment.year, month, 1, tzinfo=UTC).timestamp()) * 1000


def _after(begin: int, months: int) -> int:
    moment = datetime.fromtimestamp(begin / 1000, UTC)
    month = moment.month - 1 + months
    return int(datetime(moment.year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000
