"""The statements of `hub.store.bulk` as text, made once per shape."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary

from hub.store.numbering import TRANSACTION_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

TYPES = ((BigInteger, "bigint"), (Integer, "integer"), (Boolean, "boolean"))  # all else travels as text
ROWS = ":rows"  # where a statement for PostgreSQL takes its rows


def rows_of(place: int) -> str:
    """Return the name of the parameter that holds the rows of a part."""
    return f"rows{place}"


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as PostgreSQL is given them; bytes travel in base64."""
    return orjson.dumps(rows, default=_base64).decode()


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode()


@lru_cache(maxsize=256)
def joined(statements: tuple[str, ...]) -> str:
    """Make one statement of several; its one row tells how many rows each wrote."""
    parts = [
        f"part{place} AS ({statement.replace(ROWS, f':{rows_of(place)}')} RETURNING 1)"
        for place, statement in enumerate(statements)
    ]
    counts = [f"(SELECT count(*) FROM part{place})" for place in range(len(statements))]  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


@lru_cache(maxsize=256)
def insert_values(table: Table, columns: tuple[str, ...], rows: int, conflict: str, numbered: bool) -> str:  # noqa: FBT001
    """For SQLite: so many rows of values."""
    names, number = _numbered(columns, numbered)
    one = f"({', '.join('?' * len(columns))}{number and f', ({TRANSACTION_ID[False]})'})"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([one] * rows)} {conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def insert_json(table: Table, columns: tuple[str, ...], conflict: str, numbered: bool) -> str:  # noqa: FBT001
    """For PostgreSQL: a JSON array of rows."""
    names, number = _numbered(columns, numbered)
    values = ", ".join(_value(table, name) for name in columns) + (number and f", ({TRANSACTION_ID[True]})")
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {_recordset(table, columns)} {conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def update_values(table: Table, columns: tuple[str, ...], rows: int, where: tuple[str, ...], sets: str) -> str:
    """For SQLite: so many rows of values."""
    given = {name: f'given."column{place}"' for place, name in enumerate(columns, start=1)}
    values = ", ".join([f"({', '.join('?' * len(columns))})"] * rows)
    found = " AND ".join(f'{table.name}."{name}" = {given[name]}' for name in where)
    sets = _sets(columns, where, sets, given)
    return f"UPDATE {table.name} SET {sets} FROM (VALUES {values}) AS given WHERE {found}"  # noqa: S608


@lru_cache(maxsize=256)
def update_json(table: Table, columns: tuple[str, ...], where: tuple[str, ...], sets: str) -> str:
    """For PostgreSQL: a JSON array of rows."""
    given = {name: _value(table, name) for name in columns}
    found = " AND ".join(f'{table.name}."{name}" = given."{name}"' for name in where)
    sets = _sets(columns, where, sets, given)
    return f"UPDATE {table.name} SET {sets} FROM {_recordset(table, columns)} WHERE {found}"  # noqa: S608


def _numbered(columns: tuple[str, ...], numbered: bool) -> tuple[str, str]:  # noqa: FBT001
    number = ', "transaction_id"' if numbered else ""
    return ", ".join(f'"{name}"' for name in columns) + number, number


def _recordset(table: Table, columns: tuple[str, ...]) -> str:
    typed = ", ".join(f'"{name}" {_type(table, name)}' for name in columns)
    return f"json_to_recordset(CAST({ROWS} AS json)) AS given ({typed})"


def _value(table: Table, column: str) -> str:
    if isinstance(table.c[column.removeprefix("new_")].type, LargeBinary):
        return f"decode(given.\"{column}\", 'base64')"
    return f'given."{column}"'


def _sets(columns: tuple[str, ...], where: tuple[str, ...], sets: str, given: dict[str, str]) -> str:
    if sets:
        return sets.format(**given)
    return ", ".join(f'"{name.removeprefix("new_")}" = {given[name]}' for name in columns if name not in where)


def _type(table: Table, column: str) -> str:
    kind = table.c[column.removeprefix("new_")].type
    return next((name for sort, name in TYPES if isinstance(kind, sort)), "text")
