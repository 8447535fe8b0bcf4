"""Backup and restore: a copy of one moment with a page beside it that tells what must be in it.

The page (`FILE.json`) holds size and SHA-256 of the file and the rows of each table; restore believes neither file nor
copy without it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.engine import make_url

from hub.domain.times import written
from hub.store import copies, migrate
from hub.store.copies import CopyProblem
from hub.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk.types import Clock
    from hub.store.copies import Progress

FORMAT = 1
BLOCK = 2**20
EPOCH = "hub.store.epoch"  # told after a restore: what was accepted after the backup is asked for again


@dataclass(frozen=True, slots=True)
class Page:
    """What stands beside a backup. marks: schema, rows of each table, the ledger's last link."""

    format: int
    engine: str
    made_at: str
    size: int
    sha256: str
    marks: Mapping[str, Any]


def page_of(file: Path) -> Path:
    """Return the place of the page that belongs to a backup."""
    return file.with_name(file.name + ".json")


def backup(url: str, file: Path, *, clock: Clock, progress: Progress) -> Page:
    """Copy the database while it is written to; the file appears under its name only when it is whole and on disk."""
    source = make_url(url)
    if file.exists():
        raise CopyProblem(f"{file} is there already; a backup is never written over. (Tệp đã có; không ghi đè.)")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    begun = written(clock.now())
    make = copies.copy_sqlite if source.get_backend_name() == "sqlite" else copies.dump_postgres
    try:
        part.touch(mode=0o600)  # it holds personal data
        marks = make(source, part, progress=progress)
        page = Page(FORMAT, source.get_backend_name(), begun, part.stat().st_size, _sha256(part), marks)
        _write(page_of(file), orjson.dumps(asdict(page), option=orjson.OPT_INDENT_2))
        _flush(part)
        part.rename(file)
        _flush(file.parent)
    finally:
        part.unlink(missing_ok=True)
    return page


def restore(url: str, file: Path, *, force: bool, progress: Progress) -> Page:
    """Replace the database by a backup, bring it to the newest schema and tell the hub that its time went back.

    Raises CopyProblem before anything is changed when the file is not what its page says, or when something would be
    lost and `force` is not given.
    """
    target = make_url(url)
    page = _checked(file, target.get_backend_name())
    _refuse_newer(page)
    if not force:
        _refuse_unless_empty(url)
    if page.engine == "sqlite":
        copies.load_sqlite(file, target, progress=progress)
    else:
        copies.load_postgres(file, target, progress=progress)
    store = Store(url, connections=1, pooled=True)
    try:
        with store.reading() as connection:
            found = copies.marks(connection)
        if found != page.marks:
            differing = sorted(name for name in page.marks if found.get(name) != page.marks[name])
            raise CopyProblem(f"The restored database is not the one that was copied; see: {', '.join(differing)}.")
        migrate.upgrade(url)
        store.write(_tell)
    finally:
        store.close()
    return page


def _tell(connection: Any) -> None:
    try:
        epoch = import_module(EPOCH)
    except ModuleNotFoundError as problem:
        if problem.name != EPOCH:
            raise
        return
    if restored := getattr(epoch, "restored", None):
        restored(connection)


def _checked(file: Path, engine: str) -> Page:
    beside = page_of(file)
    if not file.is_file():
        raise CopyProblem(f"There is no file {file}.")
    if not beside.is_file():
        raise CopyProblem(f"{beside} is missing: without it nobody can tell whether the backup is whole.")
    try:
        page = Page(**orjson.loads(beside.read_bytes()))
        datetime.fromisoformat(page.made_at)
    except (TypeError, ValueError) as problem:
        raise CopyProblem(f"{beside} is not the page of a backup.") from problem
    if page.format != FORMAT:
        raise CopyProblem(f"{file} has format {page.format}; this release reads format {FORMAT}.")
    if page.engine != engine:
        raise CopyProblem(f"{file} is a copy of {page.engine}, the database of the settings is {engine}.")
    size = file.stat().st_size
    if size != page.size:
        raise CopyProblem(f"{file} has {size:,} bytes, the backup had {page.size:,}. (Tệp không đủ.)")
    if _sha256(file) != page.sha256:
        raise CopyProblem(f"{file} was changed since it was made: its SHA-256 is another. (Tệp đã bị thay đổi.)")
    return page


def _refuse_newer(page: Page) -> None:
    if str(page.marks["schema"]) not in migrate.known():
        raise CopyProblem(f"The backup has schema {page.marks['schema']}, newer than this release: install that first.")


def _refuse_unless_empty(url: str) -> None:
    store = Store(url, connections=1, pooled=True)
    try:
        with store.reading() as connection:
            empty = copies.is_empty(connection)
    finally:
        store.close()
    if not empty:
        raise CopyProblem(
            "The database is not empty; --force writes over it, and what it holds is gone.",
            "Cơ sở dữ liệu không trống; --force sẽ ghi đè và mất dữ liệu hiện có.",
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _flush(path)


def _flush(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
