"""Runs a written-out statement straight on the driver, without SQLAlchemy's compiling and parameter rebuilding.

For the statements of the hot paths only; rows come as the driver gives them, as with `text()`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, CursorResult

PARAMETER = re.compile(r"(?<!:):([a-z_][a-z_0-9]*)")


def run(connection: Connection, statement: str, given: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """Run a statement whose parameters are written `:name`, as SQLite takes them."""
    written = _for_psycopg(statement) if connection.dialect.name == "postgresql" else statement
    return connection.exec_driver_sql(written, dict(given) if given else None)


@lru_cache(maxsize=256)
def _for_psycopg(statement: str) -> str:
    return PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%"))
