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
    """Tell whether the database has the newest schema this release knows, or a newer one; false too where none is.

    Releases are upgraded one machine at a time: the schema comes first, and migrations only add.
    """
    if not inspect(connection).has_table(TABLE):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found is not None and int(found) >= int(newest())


@cache
def newest() -> str:
    """Return the number of the last migration (they are numbered without gap and have one head)."""
    folder = files("hub.store").joinpath("migrations", "versions")
    return max(entry.name[:4] for entry in folder.iterdir() if entry.name[:4].isdigit())
