"""Many rows in one statement: lists of values in a few sizes on SQLite, a JSON array on PostgreSQL.

SQLAlchemy compiles `insert().values([...])` anew at every call and rebuilds every row's parameters; these statements
are text, made once per shape (hub.store.bulk_text). SQLite's `executemany` lets other threads run after every row and
then waits for its turn, up to five milliseconds each time: a block of rows waits once. On PostgreSQL JSON is several
times faster than arrays, whose elements the driver escapes one character class at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub.store import bulk_text
from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

LARGEST_BLOCK = 64  # rows of one statement on SQLite, a power of two


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows for a table, all with the same columns.

    conflict: what follows the values, e.g. "ON CONFLICT DO NOTHING". numbered: the column `transaction_id` is filled
    with the running transaction's number (hub.store.numbering): to be written when all that is changed is locked.
    """

    table: Table
    rows: Sequence[Mapping[str, Any]]
    conflict: str = ""
    numbered: bool = False

    def postgresql(self) -> str:
        """Return the statement; `:rows` is the JSON array."""
        return bulk_text.insert_json(self.table, tuple(self.rows[0]), self.conflict, self.numbered)

    def sqlite(self, rows: int) -> str:
        """Return the statement for so many rows."""
        return bulk_text.insert_values(self.table, tuple(self.rows[0]), rows, self.conflict, self.numbered)


@dataclass(frozen=True, slots=True)
class Update:
    """Rows found by the `where` columns are given the other columns of each row.

    A `where` column that is also to be set is given in the row as `new_<name>`. sets: the SET clause where plain
    assignment is not enough; `{name}` stands for the row's value and must then be a column of the table.
    """

    table: Table
    rows: Sequence[Mapping[str, Any]]
    where: Sequence[str]
    sets: str = ""

    def postgresql(self) -> str:
        """Return the statement; `:rows` is the JSON array."""
        return bulk_text.update_json(self.table, tuple(self.rows[0]), tuple(self.where), self.sets)

    def sqlite(self, rows: int) -> str:
        """Return the statement for so many rows."""
        return bulk_text.update_values(self.table, tuple(self.rows[0]), rows, tuple(self.where), self.sets)


def write(connection: Connection, parts: Sequence[Insert | Update]) -> list[int]:
    """Do all the parts; return how many rows each wrote, or found.

    On PostgreSQL they are one statement, since each turn to the server costs more than its work: no part sees what
    another writes.
    """
    if connection.dialect.name == "postgresql":
        return _at_once(connection, parts)
    return [_in_blocks(connection, part) for part in parts]


def as_text(connection: Connection, value: Any) -> Any:
    """Write a value, no plain text, as JSON for a text column of a row.

    On PostgreSQL it goes as a part of the JSON array of rows, and stands in the column as it is written there: a text
    within a text would be escaped here and read again there.
    """
    written = orjson.dumps(value)
    return orjson.Fragment(written) if connection.dialect.name == "postgresql" else written.decode()


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, conflict: str = "") -> int:
    """Do one `Insert`."""
    return write(connection, [Insert(table, rows, conflict)])[0]


def update(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, where: Sequence[str], sets: str = ""
) -> int:
    """Do one `Update`."""
    return write(connection, [Update(table, rows, where, sets)])[0]


def _at_once(connection: Connection, parts: Sequence[Insert | Update]) -> list[int]:
    going = [part for part in parts if part.rows]
    if not going:
        return [0] * len(parts)
    statements = tuple(part.postgresql() for part in going)
    given = {bulk_text.rows_of(place): bulk_text.as_json(part.rows) for place, part in enumerate(going)}
    counts = iter(run(connection, bulk_text.joined(statements), given).one())
    return [next(counts) if part.rows else 0 for part in parts]


def _in_blocks(connection: Connection, part: Insert | Update) -> int:
    written, columns = 0, tuple(part.rows[0]) if part.rows else ()
    for block in _blocks(part.rows):
        given = tuple(row[name] for row in block for name in columns)
        written += connection.exec_driver_sql(part.sqlite(len(block)), given).rowcount
    return written


def _blocks(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Cut into few sizes, so that SQLite's driver finds its prepared statements again."""
    start, size = 0, LARGEST_BLOCK
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
