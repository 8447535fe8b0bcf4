"""What a broken line means: for the one delivery it hit, and for the health of the partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import (
    Busy,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    HealthWord,
    NotSent,
    Outcome,
    OutcomeWord,
    Outgoing,
    Reason,
    Rejecting,
    Unanswered,
    deferred,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The tree of hub.sdk.errors.
LINE: Sequence[tuple[type[ConnectorError], OutcomeWord, Reason, HealthWord]] = (
    (Busy, OutcomeWord.DEFERRED, Reason.BUSY, HealthWord.DEGRADED),
    (CredentialsRefused, OutcomeWord.DEFERRED, Reason.CREDENTIALS, HealthWord.MISCONFIGURED),
    (NotSent, OutcomeWord.DEFERRED, Reason.UNREACHABLE, HealthWord.DOWN),
    (Unanswered, OutcomeWord.UNKNOWN, Reason.UNANSWERED, HealthWord.DOWN),
    (Rejecting, OutcomeWord.REJECTED, Reason.DATA, HealthWord.DEGRADED),
    (Garbled, OutcomeWord.UNKNOWN, Reason.GARBLED, HealthWord.DEGRADED),
)


def work_off(
    batch: Sequence[Outgoing], act: Callable[[Outgoing, dict[str, Any]], Outcome], memo_of: Callable[[Outgoing], Any]
) -> list[Outcome]:
    """Push one by one; when the line breaks, what was not tried yet waits, and nothing known is hidden."""
    outcomes: list[Outcome] = []
    broken: ConnectorError | None = None
    for outgoing in batch:
        memo = memo_of(outgoing)
        if broken is not None:
            detail = "Not tried: the line broke earlier in this batch."
            outcomes.append(deferred(outgoing, _row(broken)[1], detail=detail, retry_after=broken.retry_after))
            continue
        try:
            outcomes.append(act(outgoing, memo))
        except ConnectorError as problem:
            outcomes.append(_outcome(outgoing, problem, memo))
            broken = None if isinstance(problem, Rejecting) else problem
    return outcomes


def ask_off(
    batch: Sequence[Outgoing], ask: Callable[[Outgoing, dict[str, Any]], Outcome], memo_of: Callable[[Outgoing], Any]
) -> list[Outcome]:
    """Ask one by one; when the line breaks, the rest cannot be told now."""
    outcomes: list[Outcome] = []
    broken: ConnectorError | None = None
    for outgoing in batch:
        try:
            if broken is not None:
                raise broken
            outcomes.append(ask(outgoing, memo_of(outgoing)))
        except ConnectorError as problem:
            broken = problem
            detail = f"The partner could not be asked: {problem.sentence}"
            outcomes.append(unknown(outgoing, _row(problem)[1], detail=detail, code=problem.code))
    return outcomes


def health_of(problem: ConnectorError) -> HealthWord:
    """Return the word for the partner's health."""
    return _row(problem)[2]


def _row(problem: ConnectorError) -> tuple[OutcomeWord, Reason, HealthWord]:
    word, reason, health = next(row[1:] for row in LINE if isinstance(problem, row[0]))
    return word, reason, health


def _outcome(outgoing: Outgoing, problem: ConnectorError, memo: Mapping[str, Any]) -> Outcome:
    word, reason, _ = _row(problem)
    return Outcome(
        outgoing.delivery_id,
        word,
        reason,
        problem.code,
        problem.sentence,
        acknowledged=memo,
        retry_after=problem.retry_after,
    )
