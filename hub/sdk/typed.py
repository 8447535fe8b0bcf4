"""What people typed at a partner, as the hub may keep it."""

from __future__ import annotations

from typing import Any


def one_line(value: Any) -> str:
    """Return it on one line without control characters: a tab or line break must not keep a decision from arriving."""
    letters = "" if value is None else str(value)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())
