"""Whether the database has the newest schema, told without Alembic: servers need the answer, not the tool."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLE = "alembic_version"


def is_current(connection: Connection) -> bool:
    """Tell whether every migration was run; false too where none was."""
    if not inspect(connection).has_table(TABLE):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(found) == [newest()]


@cache
def newest() -> str:
    """Return the number of the last migration (they are numbered without gap and have one head)."""
    folder = files("hub.store").joinpath("migrations", "versions")
    return max(entry.name[:4] for entry in folder.iterdir() if entry.name[:4].isdigit())
