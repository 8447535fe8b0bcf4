"""The workers of one `hub serve` share what a channel allows: together they are as polite as it says, not each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.domain.retry import Politeness


@dataclass(frozen=True, slots=True)
class Share:
    """The worker at `place` (from 0) of so many."""

    place: int = 0
    of: int = 1

    def calls(self, politeness: Politeness) -> int:
        """Return how many calls at a time are this worker's; of one call the first worker has all, the others none."""
        return (politeness.concurrency + self.of - 1 - self.place) // self.of

    def part(self, politeness: Politeness) -> Politeness:
        """Return the politeness with this worker's part of the rate: as its part of the calls."""
        return replace(politeness, rate=politeness.rate * self.calls(politeness) / politeness.concurrency)


WHOLE = Share()
