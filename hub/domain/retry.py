"""When a delivery is tried again: a visible list of waits with jitter, the partner's own wish first."""

from __future__ import annotations

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
        given: dict[str, Any] = {name: tuple(value) if name == "schedule" else value for name, value in wish.items()}
        politeness = cls(**given)
        if politeness.concurrency < 1 or not politeness.schedule or min(politeness.schedule) <= 0:
            raise ValueError("politeness wants concurrency of at least 1 and a schedule of positive seconds")
        return politeness


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
