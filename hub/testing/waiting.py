"""Waiting for a condition, with an end: what tests do instead of sleeping."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BETWEEN_SECONDS = 0.01


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = 10.0) -> None:
    """Return as soon as the condition holds. Raises AssertionError naming `what` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(BETWEEN_SECONDS)
