"""Fixtures every test may ask for: above all `database_url`, a fresh migrated database on each of the two engines.

`context` is a hub on it, `partner` an echo partner on a real socket; a test module that needs another hub makes its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from hub.testing.databases import create_database, drop_database
from hub.testing.postgres import ensure_runtime_directory, throwaway_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flows.context import Context
    from hub.testing.partner import EchoSimulator

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")
ensure_runtime_directory()
for _name in [name for name in os.environ if name.startswith("HUB_")]:
    del os.environ[_name]  # a developer's own settings must not colour the tests


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration, copied for each test."""
    from hub.store import migrate

    path = tmp_path_factory.mktemp("template") / "hub.db"
    migrate.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of this test process's own PostgreSQL (database `postgres`, empty)."""
    with throwaway_postgres(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a PostgreSQL database at the newest migration, copied for each test."""
    from hub.store import migrate

    migrate.upgrade(create_database(postgres_server, "hub_template"))
    return "hub_template"


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table, dropped after the test."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield create_database(postgres_server, name)
    drop_database(postgres_server, name)


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "hub.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield create_database(postgres_server, name, template=postgres_template)
    drop_database(postgres_server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database, the test being run once on each engine."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, the test being run once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def context(database_url: str) -> Iterator[Context]:
    """A hub whose only plugin is the echo partner."""
    from hub.testing import house

    context = house.build(database_url)
    yield context
    context.waker.close()
    context.store.close()


@pytest.fixture
def partner() -> Iterator[EchoSimulator]:
    """The echo partner on a real socket."""
    from hub.testing.partner import EchoSimulator

    with EchoSimulator() as simulator:
        yield simulator
