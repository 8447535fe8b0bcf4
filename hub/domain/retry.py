"""When a delivery is tried again: a visible list of waits with jitter, the partner's own wish first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Seconds; about two days in all, the last step repeats until `maximum_tries`.
SCHEDULE = (2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
MAXIMUM_TRIES = 60
JITTER = 0.2  # of the wait, up or down
LOST_LEASES = 5  # in a row: whoever had it in hand died or hung each time; an operator decides
LONGEST_WISH = 6 * 3600.0  # a partner's Retry-After beyond this is not believed
COUNTS = frozenset({"concurrency", "batch_size", "maximum_tries", "breaker_failures"})
MAY_BE_ZERO = frozenset({"rate", "reconcile_hours"})
MOST_CONCURRENCY = 256  # each call at a time is a thread


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a channel treats its partner. Times in seconds; rate in requests a second (0: as fast as it answers)."""

    concurrency: int = 4  # calls at a time, of all workers of one `hub serve` together
    batch_size: int | None = None  # None: the connector's own
    rate: float = 0.0
    schedule: tuple[float, ...] = SCHEDULE
    maximum_tries: int = MAXIMUM_TRIES
    connect_timeout: float = 6.0
    read_timeout: float = 30.0
    total_timeout: float = 60.0
    poll_seconds: float = 30.0  # between two pulls when nothing more is waiting
    reconcile_hours: float = 0.0  # between two reconciliations; 0: only when somebody asks for one
    breaker_failures: int = 5  # consecutive failed batches that open the breaker
    breaker_seconds: float = 15.0  # until a single probe is let through

    @classmethod
    def read(cls, wish: Mapping[str, Any]) -> Politeness:
        """Make it from the channel's JSON. Raises ValueError with a sentence."""
        unknown = set(wish) - set(cls.__dataclass_fields__)
        if unknown:
            known = ", ".join(sorted(cls.__dataclass_fields__))
            raise ValueError(f"politeness has no {', '.join(sorted(unknown))}; it has {known}")
        wrong = [_said(name) for name, value in wish.items() if not _fits(name, value)]
        if wrong:
            raise ValueError(f"politeness: {'; '.join(wrong)}")
        given: dict[str, Any] = {name: tuple(value) if name == "schedule" else value for name, value in wish.items()}
        return cls(**given)


def wait(politeness: Politeness, *, tries: int, wish: float | None, chance: float) -> float | None:
    """Return the seconds until the next try, or None: out of tries.

    tries: how many were made (1 after the first). wish: the partner's Retry-After. chance: 0.0–1.0, the jitter.
    A wish does not use up the schedule's patience, but it never ends the count either.
    """
    if tries >= politeness.maximum_tries:
        return None
    step = politeness.schedule[min(max(tries, 1), len(politeness.schedule)) - 1]
    jittered = step * (1 + JITTER * (2 * chance - 1))
    return jittered if wish is None else max(min(wish, LONGEST_WISH), 0.05)


def lost_wait(politeness: Politeness, *, lost: int, chance: float) -> float:
    """Return the seconds from a lost lease's end until the next try. lost: those lost in a row before this one.

    The first loss is nobody's fault and waits for nothing: thousands may be lost at once when a machine dies.
    """
    if not lost:
        return 0.0
    step = politeness.schedule[min(lost, len(politeness.schedule)) - 1]
    return step * (1 + JITTER * (2 * chance - 1))


def _fits(name: str, value: Any) -> bool:
    """Tell whether a value of `Politeness` can be worked with: a wrong one would stop whoever serves the channel."""
    if name == "schedule":
        return isinstance(value, (list, tuple)) and bool(value) and all(_is_number(each) and each > 0 for each in value)
    if name in COUNTS:
        most = MOST_CONCURRENCY if name == "concurrency" else math.inf
        unsaid = name == "batch_size" and value is None
        return unsaid or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most)
    return _is_number(value) and (value > 0 or (value == 0 and name in MAY_BE_ZERO))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _said(name: str) -> str:
    if name == "schedule":
        return "schedule is a list of seconds, each above 0 (phải là danh sách số giây lớn hơn 0)"
    if name == "concurrency":
        return f"concurrency is a whole number from 1 to {MOST_CONCURRENCY} (phải là số nguyên 1–{MOST_CONCURRENCY})"
    if name in COUNTS:
        return f"{name} is a whole number, 1 or more (phải là số nguyên từ 1)"
    if name in MAY_BE_ZERO:
        return f"{name} is a number, 0 or more (phải là số từ 0)"
    return f"{name} is a number above 0 (phải là số lớn hơn 0)"
