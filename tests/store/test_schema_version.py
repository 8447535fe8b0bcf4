"""The short way and Alembic's way to know the schema agree."""

from __future__ import annotations

from sqlalchemy import text

from hub.store import migrate, schema_version
from hub.store.engine import Store


def test_a_migrated_database_is_current_for_both(database_url):
    store = Store(database_url)
    with store.reading() as connection:
        assert schema_version.is_current(connection)
        assert migrate.is_current(connection)
    store.close()


def test_an_empty_or_older_database_is_not(database_url, empty_database_url):
    empty, older = Store(empty_database_url), Store(database_url)
    with empty.reading() as connection:
        assert not schema_version.is_current(connection)
    with older.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with older.reading() as connection:
        assert not schema_version.is_current(connection)
        assert not migrate.is_current(connection)
    empty.close()
    older.close()
