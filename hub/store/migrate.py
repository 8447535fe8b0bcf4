"""Brings a database to the newest schema by the numbered migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from hub.store.engine import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "migrations"


def upgrade(url: str, *, to: str = "head") -> None:
    """Migrate the database at `url`; on PostgreSQL several processes may call this at the same time."""
    store = Store(url, connections=1, pooled=True)
    try:
        with store.writing() as connection:
            if store.postgresql:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7310)")
            command.upgrade(_config(connection), to)
    finally:
        store.close()


def known() -> frozenset[str]:
    """Return the numbers of all migrations of this release."""
    return frozenset(each.revision for each in ScriptDirectory(str(FOLDER)).walk_revisions())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
