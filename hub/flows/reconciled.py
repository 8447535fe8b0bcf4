"""What reconciling found: counts, and some of the keys; never anything personal."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_NAMED = 1_000  # keys of each verdict that are kept


class Verdict(StrEnum):
    """How a partner stands to one record."""

    EQUAL = "equal"
    DIFFERING = "differing"  # it holds another form of it
    MISSING = "missing"  # it does not hold it
    UNEXPECTED = "unexpected"  # it holds what the hub does not want there
    MOVING = "moving"  # not judged: being delivered or changed while we asked
    PARKED = "parked"  # not judged further: an operator decides
    UNTOLD = "untold"  # the partner did not tell


@dataclass
class Reconciled:
    """The report. again: deliveries that wait again; asked: pages, sums or look-ups asked of the partner."""

    channel: str
    way: str  # sums | list | look_up
    dry_run: bool = False
    equal: int = 0
    differing: int = 0
    missing: int = 0
    unexpected: int = 0
    moving: int = 0
    parked: int = 0
    untold: int = 0
    again: int = 0
    asked: int = 0
    seconds: float = 0.0
    named: dict[str, list[str]] = field(default_factory=dict)

    def count(self, verdict: Verdict, kind: str, key: str) -> None:
        """Count one record; name it unless it is equal."""
        setattr(self, verdict.value, getattr(self, verdict.value) + 1)
        if verdict is not Verdict.EQUAL:
            names = self.named.setdefault(verdict.value, [])
            if len(names) < MOST_NAMED:
                names.append(f"{kind}/{key}")

    @property
    def is_equal(self) -> bool:
        """Tell whether the partner holds exactly what it must, as far as it was judged."""
        return not (self.differing or self.missing or self.unexpected or self.untold)

    def counts(self) -> dict[str, Any]:
        """The report without keys."""
        words = {verdict.value: getattr(self, verdict.value) for verdict in Verdict}
        rest = {"again": self.again, "asked": self.asked, "seconds": round(self.seconds, 3), "dry_run": self.dry_run}
        return {"channel": self.channel, "way": self.way, **words, **rest}
