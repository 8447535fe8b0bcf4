"""What an error of a partner means: for the one delivery it hit, and for the partner's health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.errors import (
    Busy,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    NotSent,
    Rejecting,
    Unanswered,
    Unmappable,
)
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason
from hub.sdk.types import Health, HealthWord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.types import Outgoing

# The tree of hub.sdk.errors. What is not here (Refused, or no ConnectorError at all) is a defect in a delivery.
MEANING: Mapping[type[ConnectorError], tuple[OutcomeWord, Reason, HealthWord]] = {
    NotSent: (OutcomeWord.DEFERRED, Reason.UNREACHABLE, HealthWord.DOWN),
    Busy: (OutcomeWord.DEFERRED, Reason.BUSY, HealthWord.DEGRADED),
    CredentialsRefused: (OutcomeWord.DEFERRED, Reason.CREDENTIALS, HealthWord.MISCONFIGURED),
    Unanswered: (OutcomeWord.UNKNOWN, Reason.UNANSWERED, HealthWord.DOWN),
    Garbled: (OutcomeWord.UNKNOWN, Reason.GARBLED, HealthWord.DEGRADED),
    Rejecting: (OutcomeWord.REJECTED, Reason.DATA, HealthWord.DEGRADED),
    Unmappable: (OutcomeWord.REJECTED, Reason.MAPPING, HealthWord.DEGRADED),
}
EXPECTED = tuple(MEANING)  # for `except`


def reason_of(problem: ConnectorError) -> Reason:
    """Return the reason an operator reads. Raises KeyError for what no delivery can end in."""
    return _row(problem)[1]


def outcome_of(
    problem: ConnectorError, outgoing: Outgoing, *, acknowledged: Mapping[str, Any] | None = None
) -> Outcome:
    """Return the outcome of the delivery it hit. Raises KeyError for what no delivery can end in."""
    word, reason, _ = _row(problem)
    return Outcome(
        outgoing.delivery_id,
        word,
        reason,
        problem.code,
        problem.sentence,
        acknowledged=acknowledged,
        retry_after=problem.retry_after,
    )


def health_of(problem: ConnectorError) -> Health:
    """Return what `check` answers when this came of it."""
    word = _row(problem)[2] if isinstance(problem, EXPECTED) else HealthWord.DOWN
    return Health(word, problem.sentence)


def _row(problem: ConnectorError) -> tuple[OutcomeWord, Reason, HealthWord]:
    """A partner's own subclass means what its base means."""
    kind = next((kind for kind in EXPECTED if isinstance(problem, kind)), type(problem))
    return MEANING[kind]
