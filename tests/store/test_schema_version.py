"""Whether the schema is the newest is told without Alembic, and as Alembic would."""

from __future__ import annotations

from sqlalchemy import text

from hub.store import migrate, schema_version
from hub.store.engine import Store


def told_at(database_url, version):
    store = Store(database_url)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    with store.reading() as connection:
        told = schema_version.is_current(connection)
    store.close()
    return told


def test_the_newest_number_is_that_of_alembics_last_migration():
    assert schema_version.newest() == max(migrate.known())


def test_a_migrated_database_is_current(database_url):
    store = Store(database_url)
    with store.reading() as connection:
        assert schema_version.is_current(connection)
    store.close()


def test_a_newer_schema_is_current_too_since_machines_are_upgraded_one_by_one(database_url):
    assert told_at(database_url, f"{int(schema_version.newest()) + 1:04}")


def test_an_older_schema_is_not_current(database_url):
    assert not told_at(database_url, f"{int(schema_version.newest()) - 1:04}")


def test_a_database_without_tables_is_not_current(empty_database_url):
    store = Store(empty_database_url)
    with store.reading() as connection:
        assert not schema_version.is_current(connection)
    store.close()


def test_a_database_whose_first_migration_was_cut_off_is_not_current(empty_database_url):
    store = Store(empty_database_url)
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    with store.reading() as connection:
        assert not schema_version.is_current(connection)
    store.close()
