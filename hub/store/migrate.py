"""Brings a database to the newest schema by the numbered migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
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


def is_current(connection: Connection) -> bool:
    """Tell whether the database has the newest schema this release knows, or a newer one.

    Releases are upgraded one machine at a time: the schema comes first, and migrations only add.
    """
    head = _scripts().get_current_head()
    revision = MigrationContext.configure(connection).get_current_revision()
    return revision is not None and head is not None and int(revision) >= int(head)


def known() -> frozenset[str]:
    """Return the numbers of all migrations of this release."""
    return frozenset(each.revision for each in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
