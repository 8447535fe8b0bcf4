"""The faults a simulator can play, how often and for how long."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fault(StrEnum):
    """The closed list (design: fixed names)."""

    REFUSE = "refuse"  # nobody listens
    TIMEOUT_BEFORE = "timeout_before"  # never processed, never answered
    TIMEOUT_AFTER = "timeout_after"  # processed, the answer is lost
    HTTP_500 = "http_500"  # not processed
    HTTP_429 = "http_429"  # not processed, with Retry-After
    EXPIRED_SESSION = "expired_session"  # the partner forgets the session or token: played by the protocol
    ERROR_IN_200 = "error_in_200"  # a temporary error told in a 200: played by the protocol
    ODD_CODE = "odd_code"  # success told as 0, "0" or "00", or a code nobody knows: played by the protocol
    GARBLED = "garbled"  # processed, the answer cannot be read
    HALF_BODY = "half_body"  # processed, the answer is cut in the middle
    SLOW = "slow"  # processed, the answer comes late
    DUPLICATE_ANSWER = "duplicate_answer"  # processed, the answer is sent twice
    PARTIAL_BATCH = "partial_batch"  # only the first half of a batch is processed: played by the protocol
    OUT_OF_ORDER_REFUSAL = "out_of_order_refusal"  # refuses what is in order as out of order: by the protocol


TRANSPORT = frozenset(
    {
        Fault.TIMEOUT_BEFORE,
        Fault.TIMEOUT_AFTER,
        Fault.HTTP_500,
        Fault.HTTP_429,
        Fault.GARBLED,
        Fault.HALF_BODY,
        Fault.SLOW,
        Fault.DUPLICATE_ANSWER,
    }
)


@dataclass
class Plan:
    """One ordered fault: a share of requests (`rate`), at most `times`, for `seconds`, on paths holding `path`."""

    fault: Fault
    rate: float = 1.0
    times: int | None = None
    until: float | None = None
    path: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)  # hold, delay, retry_after: seconds

    def fits(self, path: str, now: float) -> bool:
        """Tell whether the plan still runs and concerns this path."""
        return self.times != 0 and (self.until is None or now < self.until) and self.path in path


class Faults:
    """The ordered faults of one simulator; `draw` picks at most one for a request."""

    def __init__(self, seed: int = 1) -> None:
        self._plans: list[Plan] = []
        self._random = random.Random(seed)  # noqa: S311 (repeatable faults, not secrets)
        self._lock = threading.Lock()

    def order(self, wish: Mapping[str, Any]) -> Plan:
        """Add a fault as `POST /_sim/faults` gives it. Raises ValueError with a sentence."""
        try:
            fault = Fault(wish["fault"])
        except (KeyError, ValueError):
            raise ValueError(f"'fault' must be one of: {', '.join(Fault)}") from None
        seconds = wish.get("seconds")
        plan = Plan(
            fault,
            rate=float(wish.get("rate", 1.0)),
            times=None if wish.get("times") is None else int(wish["times"]),
            until=None if seconds is None else time.monotonic() + float(seconds),
            path=str(wish.get("path", "")),
            details={name: wish[name] for name in ("hold", "delay", "retry_after", "code") if name in wish},
        )
        if "seed" in wish:
            self._random.seed(int(wish["seed"]))
        with self._lock:
            self._plans.append(plan)
        return plan

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._plans.clear()

    def draw(self, path: str) -> Plan | None:
        """Pick the fault for one request, counting it."""
        with self._lock:
            now = time.monotonic()
            self._plans = [plan for plan in self._plans if plan.times != 0 and not (plan.until and now >= plan.until)]
            for plan in self._plans:
                if plan.fault is not Fault.REFUSE and plan.fits(path, now) and self._random.random() < plan.rate:
                    if plan.times is not None:
                        plan.times -= 1
                    return plan
        return None
