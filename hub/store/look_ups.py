"""Small look-ups of many records at once, without locks: for scopes, warnings and the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

Place = tuple[str, str]  # kind, key

WANTED_SQLITE = (
    "json_each(:wanted) AS wanted JOIN record AS r ON r.kind = wanted.value ->> 0 AND r.key = wanted.value ->> 1"
)
WANTED_POSTGRESQL = (
    "unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS wanted (kind, key) "
    "JOIN record AS r ON r.kind = wanted.kind AND r.key = wanted.key"
)


def agencies(connection: Connection, places: Iterable[Place]) -> Mapping[Place, str]:
    """Return the owner agency of each record that is there."""
    return _column(connection, "agency", places)


def documents(connection: Connection, places: Iterable[Place]) -> Mapping[Place, str]:
    """Return the present document (JSON text) of each record that is there."""
    return _column(connection, "document", places)


def origins(connection: Connection, places: Iterable[Place]) -> Mapping[Place, str]:
    """Return who first told of each record that is there."""
    return _column(connection, "origin", places)


def versions(connection: Connection, places: Iterable[Place]) -> Mapping[Place, int]:
    """Return the version of each record that is there."""
    return _column(connection, "version", places)


def _column(connection: Connection, column: str, places: Iterable[Place]) -> dict[Place, Any]:
    wanted = sorted(set(places))
    if not wanted:
        return {}
    postgresql = connection.dialect.name == "postgresql"
    source = WANTED_POSTGRESQL if postgresql else WANTED_SQLITE
    query = text(f"SELECT r.kind, r.key, r.{column} FROM {source}")  # noqa: S608 (column names are ours)
    if postgresql:
        rows = connection.execute(query, {"kinds": [kind for kind, _ in wanted], "keys": [key for _, key in wanted]})
    else:
        rows = connection.execute(query, {"wanted": orjson.dumps(wanted).decode()})
    return {(row[0], row[1]): row[2] for row in rows}
