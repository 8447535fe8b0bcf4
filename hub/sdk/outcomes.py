"""What one attempt learned about one delivery: four words, closed, and the reasons behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hub.sdk.reasons import ADVICE, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.types import Outgoing

__all__ = ["ADVICE", "Outcome", "OutcomeWord", "Reason", "deferred", "delivered", "rejected", "unknown"]


class OutcomeWord(StrEnum):
    """The four outcomes of an attempt (design: delivery)."""

    DELIVERED = "delivered"  # the partner holds this version (its "duplicate" is this too)
    REJECTED = "rejected"  # the partner said no; repeating the same will not help
    DEFERRED = "deferred"  # certainly not taken; try again later
    UNKNOWN = "unknown"  # it may or may not have been taken; ask before sending again


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one delivery: exactly one per `Outgoing` given to `push` or `recall`.

    `acknowledged` is the connector's memo of what the partner is known to hold; None leaves the last one as it was.
    `code` is the partner's own code as text; `detail` a sentence without personal data; `retry_after` seconds.
    """

    delivery_id: int
    word: OutcomeWord
    reason: Reason | None = None
    code: str | None = None
    detail: str | None = None
    reference: str | None = None
    acknowledged: Mapping[str, Any] | None = None
    retry_after: float | None = None


def delivered(
    outgoing: Outgoing,
    *,
    reference: str | None = None,
    acknowledged: Mapping[str, Any] | None = None,
    code: str | None = None,
) -> Outcome:
    """The partner holds this version."""
    return Outcome(
        outgoing.delivery_id, OutcomeWord.DELIVERED, code=code, reference=reference, acknowledged=acknowledged
    )


def rejected(
    outgoing: Outgoing,
    reason: Reason,
    *,
    detail: str,
    code: str | None = None,
    acknowledged: Mapping[str, Any] | None = None,
) -> Outcome:
    """The partner said no; the delivery is parked until somebody mends the cause."""
    return Outcome(outgoing.delivery_id, OutcomeWord.REJECTED, reason, code, detail, acknowledged=acknowledged)


def deferred(
    outgoing: Outgoing,
    reason: Reason,
    *,
    detail: str,
    code: str | None = None,
    acknowledged: Mapping[str, Any] | None = None,
    retry_after: float | None = None,
) -> Outcome:
    """Certainly not (wholly) taken; `retry_after` (seconds) overrides the channel's schedule."""
    return Outcome(
        outgoing.delivery_id,
        OutcomeWord.DEFERRED,
        reason,
        code,
        detail,
        acknowledged=acknowledged,
        retry_after=retry_after,
    )


def unknown(
    outgoing: Outgoing,
    reason: Reason,
    *,
    detail: str,
    code: str | None = None,
    acknowledged: Mapping[str, Any] | None = None,
) -> Outcome:
    """It may have been taken: the worker asks (`recall`) before anything is sent again."""
    return Outcome(outgoing.delivery_id, OutcomeWord.UNKNOWN, reason, code, detail, acknowledged=acknowledged)
