"""A token or session that is fetched once, shared by all threads of a channel and renewed when it ends."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk.types import Clock

EARLY = timedelta(seconds=30)  # renew this long before the partner says it ends


@dataclass(frozen=True, slots=True)
class Credential:
    """A token and when it ends (None: the partner does not say)."""

    token: str
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        """Never show the token."""
        return f"Credential(expires_at={self.expires_at})"


class Renewable:
    """Fetches at most once however many threads ask; `renew` replaces only the token that failed."""

    def __init__(self, fetch: Callable[[], Credential], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._current: Credential | None = None

    def get(self) -> str:
        """Return a token that should be valid. Raises what the fetch raises."""
        with self._lock:
            current = self._current
            if current is None or (current.expires_at and self._clock.now() >= current.expires_at - EARLY):
                current = self._current = self._fetch()
            return current.token

    def renew(self, failed: str) -> str:
        """Return another token than `failed`, fetching only if no other thread has done so."""
        with self._lock:
            if self._current is None or self._current.token == failed:
                self._current = self._fetch()
            return self._current.token
