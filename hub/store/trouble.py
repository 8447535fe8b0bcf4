"""What goes wrong in a transaction: done again, come again later, or no room left."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

DISK_FULL = "53100"
AGAIN = frozenset({"40001", "40P01"})  # serialization failure, deadlock detected


class Conflict(Exception):
    """Another process wrote the same rows first; the transaction is to be done again."""


def again(problem: Exception) -> bool:
    """Tell whether the transaction left nothing behind and is to be done again."""
    if isinstance(problem, Conflict):
        return True
    if is_locked(problem):
        return True
    if isinstance(problem, DBAPIError) and problem.connection_invalidated and not ended_unknown(problem):
        return True  # the line broke before the commit was asked for: nothing of it is there
    return getattr(getattr(problem, "orig", None), "sqlstate", None) in AGAIN


def ended_unknown(problem: BaseException) -> bool:
    """Tell whether it went wrong while committing (or connecting): all of it may be there."""
    return isinstance(problem, DBAPIError) and problem.statement is None


def meets_all(problem: BaseException) -> bool:
    """Tell whether whoever tries next meets the same: no line, no place in the pool, no room, a lock that stays."""
    if isinstance(problem, DBAPIError):
        return problem.connection_invalidated or ended_unknown(problem) or is_full(problem) or is_locked(problem)
    return isinstance(problem, PoolTimeout)


def is_locked(problem: Exception) -> bool:
    """Tell whether SQLite says that another is writing."""
    cause = problem.orig if isinstance(problem, OperationalError) else None
    return isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause)


def is_away(problem: BaseException) -> bool:
    """Tell whether the database cannot be reached, or takes no writes: come again later."""
    if isinstance(problem, DBAPIError) and problem.connection_invalidated:
        return True
    return isinstance(problem, (OperationalError, InterfaceError, PoolTimeout))


def is_full(problem: Exception) -> bool:
    """Tell whether the database says that its disk is full."""
    cause = getattr(problem, "orig", None)
    full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return full or getattr(cause, "sqlstate", None) == DISK_FULL
