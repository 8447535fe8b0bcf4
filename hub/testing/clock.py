"""A clock that moves only when told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

WORKING_HOUR = datetime(2026, 5, 14, 2, 0, tzinfo=UTC)  # a Thursday, nine in the morning in Vietnam


class SetClock:
    """Stands still at `at` until `advance` or `set`."""

    def __init__(self, at: datetime = WORKING_HOUR) -> None:
        self._at = at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time it was set to."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Move to a time."""
        with self._lock:
            self._at = at

    def advance(self, *, seconds: float = 0, hours: float = 0) -> None:
        """Move on."""
        with self._lock:
            self._at += timedelta(seconds=seconds, hours=hours)
