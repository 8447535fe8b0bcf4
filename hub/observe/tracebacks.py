"""Tracebacks for the log: where and what kind, without what an exception says of the data it met.

`KeyError: 'NGUYỄN VĂN AN'`, `invalid literal for int(): '0912345678'`, a database error with its parameters: the
message of an exception may hold what a citizen wrote. It is told where it cannot.
"""

from __future__ import annotations

import sqlite3
import traceback

HIDDEN = "[ẩn]"
# Their messages name types, attributes, modules and files; SQLite's name tables and columns.
HARMLESS = (ImportError, AttributeError, NameError, IndexError, TypeError, MemoryError, sqlite3.Error)
MOST_CAUSES = 10


def told(error: BaseException) -> str:
    """Write the frames and kinds of an exception and of what led to it, the first cause first."""
    parts: list[str] = []
    each: BaseException | None = error
    while each is not None and len(parts) < MOST_CAUSES:
        frames = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_kind(each)}: {_message(each)}")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\n\nThen:\n\n".join(reversed(parts))


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException) -> str:
    if isinstance(error, HARMLESS):
        return f"{error}"
    if isinstance(error, OSError) and error.strerror:
        return f"[Errno {error.errno}] {error.strerror}"
    if isinstance(error, KeyError) and error.args and _is_name(error.args[0]):
        return repr(error.args[0])
    return f"{HIDDEN} {getattr(error, 'sqlstate', None) or ''}".rstrip()


def _is_name(key: object) -> bool:
    """Tell whether a key is the name of a field, not somebody's."""
    return isinstance(key, str) and key.isascii() and key.isidentifier()
