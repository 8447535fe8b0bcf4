"""Files that came embedded in documents, kept once by content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.store import bulk
from hub.store.tables import attachment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping


def keep(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write files (sha256, media_type, name, size, content, at); one that is there already is left alone."""
    once = {row["sha256"]: row for row in rows}
    bulk.insert(connection, attachment, [once[key] for key in sorted(once)], conflict="ON CONFLICT DO NOTHING")


def find(connection: Connection, sha256: str) -> RowMapping | None:
    """Return a file or None."""
    return connection.execute(select(attachment).where(attachment.c.sha256 == sha256)).mappings().first()
