"""Migrations are numbered, have one head, and end where the tables page begins."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.store import migrate, schema_version
from hub.store.engine import Store
from hub.store.partitions import is_partition
from hub.store.tables import metadata
from tests.inspection.tree import HUB

FOLDER = HUB / "store" / "migrations"
FILES = sorted(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))


def test_migrations_are_numbered_without_gap():
    assert FILES
    assert [file[:5] for file in FILES] == [f"{number:04}_" for number in range(1, len(FILES) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", file) for file in FILES)


def test_there_is_one_head_and_it_is_the_last_number():
    assert ScriptDirectory(str(FOLDER)).get_heads() == [FILES[-1][:4]]


def test_every_migration_says_what_comes_before_it():
    revisions = list(ScriptDirectory(str(FOLDER)).walk_revisions())

    assert [each.revision for each in revisions] == [file[:4] for file in reversed(FILES)]


def test_the_migrated_database_equals_the_tables(database_url):
    store = Store(database_url)
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _no_partition})
        differences = compare_metadata(context, metadata)
        current = schema_version.is_current(connection)
    store.close()

    assert differences == []
    assert current


def _no_partition(name, kind, _parents):
    return kind != "table" or not is_partition(name)


def test_migrating_again_changes_nothing(database_url):
    migrate.upgrade(database_url)
    store = Store(database_url)
    with store.reading() as connection:
        assert schema_version.is_current(connection)
    store.close()
