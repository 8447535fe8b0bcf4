"""How a SQLite connection is made ready, and how its transactions begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Connection

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=16000",
    "foreign_keys=ON",
    "cache_size=-16000",
    "temp_store=MEMORY",
)


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Write-ahead log, full sync, a cache of 16 MB.

    The log is written back beside the commits (hub.store.checkpoint); at 64 MB whoever commits does it after all. In a
    large file hardly two changed pages lie together: writing back less often writes the same pages once.
    """
    connection.isolation_level = None  # BEGIN is ours, see below
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin(connection: Connection) -> None:
    """A writer takes the lock at once: upgrading later fails when another wrote in between."""
    writing = connection.get_execution_options().get("hub_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
