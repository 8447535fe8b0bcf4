"""Politeness towards one partner: a rate, and a breaker with a half-open probe and a slow start."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from hub.domain.retry import LONGEST_WISH

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.domain.retry import Politeness
    from hub.flows.deliver import Tried

PROBE_SECONDS = 0.25  # between two looks whether the probe of a half-open breaker has come back


class Pace:
    """Shared by the threads of one channel. `seconds` is a monotonic clock."""

    def __init__(self, politeness: Politeness, *, largest: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._politeness = politeness
        self._largest = largest  # records in one claim
        self._seconds = seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False
        self._limit = largest
        self._next = 0.0  # when the rate allows the next claim

    @property
    def state(self) -> str:
        """closed: all goes; open: nothing goes; half_open: one probe is on its way."""
        with self._lock:
            return "half_open" if self._probing else "closed" if self._open_until is None else "open"

    def allow(self) -> int:
        """Return how many records may be tried now; 0: wait. Every allowance must be ended by `learn`."""
        with self._lock:
            now = self._seconds()
            if self._open_until is not None:
                if self._probing or now < self._open_until:
                    return 0
                self._probing = True
                return 1
            if now < self._next:
                return 0
            if self._politeness.rate:
                self._next = max(now, self._next) + self._limit / self._politeness.rate
            return self._limit

    def wait_seconds(self) -> float:
        """Return how long nothing is allowed, as far as is known."""
        with self._lock:
            if self._probing:
                return PROBE_SECONDS
            until = self._next if self._open_until is None else self._open_until
            return max(until - self._seconds(), 0.0)

    def learn(self, tried: Tried) -> None:
        """Hear what an allowed batch came to."""
        with self._lock:
            probed, self._probing = self._probing, False
            if tried.count == 0:
                return
            if tried.trouble:
                self._failures += 1
                if probed or self._failures >= self._politeness.breaker_failures or tried.retry_after:
                    pause = min(tried.retry_after or 0.0, LONGEST_WISH) or self._politeness.breaker_seconds
                    self._open_until = self._seconds() + pause
                return
            if self._open_until is not None:
                self._limit = 1  # slow start: the partner has just come back
            self._open_until, self._failures = None, 0
            self._limit = min(self._limit * 2, self._largest)
