"""Many rows in one statement: lists of values in a few sizes on SQLite, a JSON array on PostgreSQL.

SQLAlchemy compiles `insert().values([...])` anew at every call and rebuilds every row's parameters; these statements
are text, made once per shape. SQLite's `executemany` lets other threads run after every row and then waits for its
turn, up to five milliseconds each time: a block of rows waits once. On PostgreSQL JSON is several times faster than
arrays, whose elements the driver escapes one character class at a time.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary

from hub.store.driver import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

LARGEST_BLOCK = 64  # rows of one statement on SQLite, a power of two
TYPES = ((BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"))  # all else travels as text


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, conflict: str = "") -> int:
    """Insert the rows (all with the same columns); return how many the database wrote.

    conflict: what follows the values, e.g. "ON CONFLICT DO NOTHING".
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        return run(connection, _over_json(table, columns, conflict), {"rows": _json(rows)}).rowcount
    written = 0
    for block in _blocks(rows):
        given = tuple(row[name] for row in block for name in columns)
        written += connection.exec_driver_sql(_values(table, columns, len(block), conflict), given).rowcount
    return written


def _blocks(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Cut into few sizes, so that SQLite's driver finds its prepared statements again."""
    start, size = 0, LARGEST_BLOCK
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


def update(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, where: Sequence[str], sets: str = ""
) -> int:
    """Update the rows found by the `where` columns with the other columns of each row; return how many were found.

    A `where` column that is also to be set is given in the row as `new_<name>`. sets: the SET clause where plain
    assignment is not enough; `{name}` stands for the row's value and must then be a column of the table.
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        return run(connection, _update_json(table, columns, tuple(where), sets), {"rows": _json(rows)}).rowcount
    found = 0
    for block in _blocks(rows):
        given = tuple(row[name] for row in block for name in columns)
        statement = _update_values(table, columns, len(block), tuple(where), sets)
        found += connection.exec_driver_sql(statement, given).rowcount
    return found


@lru_cache(maxsize=256)
def _values(table: Table, columns: tuple[str, ...], rows: int, conflict: str) -> str:
    values = ", ".join([f"({', '.join('?' * len(columns))})"] * rows)
    return f"INSERT INTO {table.name} ({', '.join(_quoted(columns))}) VALUES {values} {conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def _over_json(table: Table, columns: tuple[str, ...], conflict: str) -> str:
    names = ", ".join(_quoted(columns))
    values = ", ".join(_value(table, name) for name in columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {_recordset(table, columns)} {conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def _update_values(table: Table, columns: tuple[str, ...], rows: int, where: tuple[str, ...], sets: str) -> str:
    given = {name: f'given."column{place}"' for place, name in enumerate(columns, start=1)}
    values = ", ".join([f"({', '.join('?' * len(columns))})"] * rows)
    found = " AND ".join(f'{table.name}."{name}" = {given[name]}' for name in where)
    sets = _sets(columns, where, sets, given)
    return f"UPDATE {table.name} SET {sets} FROM (VALUES {values}) AS given WHERE {found}"  # noqa: S608


@lru_cache(maxsize=256)
def _update_json(table: Table, columns: tuple[str, ...], where: tuple[str, ...], sets: str) -> str:
    given = {name: _value(table, name) for name in columns}
    found = " AND ".join(f'{table.name}."{name}" = given."{name}"' for name in where)
    sets = _sets(columns, where, sets, given)
    return f"UPDATE {table.name} SET {sets} FROM {_recordset(table, columns)} WHERE {found}"  # noqa: S608


def _recordset(table: Table, columns: tuple[str, ...]) -> str:
    typed = ", ".join(f'"{name}" {_type(table, name)}' for name in columns)
    return f"json_to_recordset(CAST(:rows AS json)) AS given ({typed})"


def _value(table: Table, column: str) -> str:
    if isinstance(table.c[column.removeprefix("new_")].type, LargeBinary):
        return f"decode(given.\"{column}\", 'base64')"
    return f'given."{column}"'


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=_base64).decode()


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode()


def _sets(columns: tuple[str, ...], where: tuple[str, ...], sets: str, given: dict[str, str]) -> str:
    if sets:
        return sets.format(**given)
    return ", ".join(f'"{name.removeprefix("new_")}" = {given[name]}' for name in columns if name not in where)


def _quoted(columns: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in columns]


def _type(table: Table, column: str) -> str:
    kind = table.c[column.removeprefix("new_")].type
    return next((name for sort, name in TYPES if isinstance(kind, sort)), "text")
