"""What was tried in one batch, and what that tells of the partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.sdk.outcomes import Outcome, OutcomeWord, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.store.claiming import Claimed

# The partner (or the line) is away, or we are not due: waiting for it never uses up a delivery's tries.
PATIENT = frozenset({Reason.UNREACHABLE, Reason.BUSY, Reason.CREDENTIALS, Reason.NOT_READY})
PATIENT_SECONDS = 60.0  # the longest step between two such tries; the breaker keeps the number of probes small
# What tells of the partner as a whole rather than of one record.
TROUBLE = PATIENT - {Reason.NOT_READY} | {Reason.UNANSWERED, Reason.GARBLED}


@dataclass(frozen=True, slots=True)
class Tried:
    """What one batch came to. trouble: nothing went through and all of it speaks of the partner, not of a record."""

    count: int = 0
    trouble: bool = False
    retry_after: float | None = None


NOTHING = Tried()


@dataclass(frozen=True, slots=True)
class Try:
    """One delivery's outcome, and how it was learned."""

    claimed: Claimed
    outcome: Outcome
    action: str  # push | recall
    milliseconds: int


def summary(tries: Sequence[Try]) -> Tried:
    if not tries:
        return NOTHING
    trouble = all(
        one.outcome.word in {OutcomeWord.DEFERRED, OutcomeWord.UNKNOWN} and one.outcome.reason in TROUBLE
        for one in tries
    )
    wishes = [one.outcome.retry_after for one in tries if one.outcome.reason is Reason.BUSY and one.outcome.retry_after]
    return Tried(len(tries), trouble, max(wishes, default=None))
