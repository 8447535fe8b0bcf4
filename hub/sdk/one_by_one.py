"""For partners that take one record a call: exactly one outcome each, also when the line breaks in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.errors import ConnectorError, Rejecting, Unmappable
from hub.sdk.meaning import EXPECTED, outcome_of, reason_of
from hub.sdk.outcomes import deferred, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.sdk.outcomes import Outcome
    from hub.sdk.types import Outgoing

    Memo = dict[str, Any]
    Step = Callable[[Outgoing, Memo], Outcome]

OF_ONE_RECORD = (Rejecting, Unmappable)  # the next record may fare better; all else is the line's


def memo_as_it_was(outgoing: Outgoing) -> Memo:
    """Return the memo of earlier outcomes, to be changed."""
    return dict(outgoing.acknowledged)


def push_each(
    batch: Sequence[Outgoing], push: Step, *, memo_of: Callable[[Outgoing], Memo] = memo_as_it_was
) -> list[Outcome]:
    """Push one by one; when the line breaks, what was not tried yet is deferred, and nothing known is hidden.

    `push(outgoing, memo)` writes into the memo what the partner took as it goes along: if it then raises a
    ConnectorError, the outcome carries the memo as far as it came.
    """
    outcomes: list[Outcome] = []
    broken: ConnectorError | None = None
    for outgoing in batch:
        if broken is not None:
            outcomes.append(_not_tried(outgoing, broken))
            continue
        memo = memo_of(outgoing)
        try:
            outcomes.append(push(outgoing, memo))
        except EXPECTED as problem:
            outcomes.append(outcome_of(problem, outgoing, acknowledged=memo))
            broken = None if isinstance(problem, OF_ONE_RECORD) else problem
    return outcomes


def ask_each(
    batch: Sequence[Outgoing], ask: Step, *, memo_of: Callable[[Outgoing], Memo] = memo_as_it_was
) -> list[Outcome]:
    """Ask one by one what the partner holds; when the line breaks, the rest cannot be told now."""
    outcomes: list[Outcome] = []
    broken: ConnectorError | None = None
    for outgoing in batch:
        if broken is None:
            try:
                outcomes.append(ask(outgoing, memo_of(outgoing)))
                continue
            except EXPECTED as problem:
                broken = problem
        detail = f"The partner could not be asked: {broken.sentence}"
        outcomes.append(unknown(outgoing, reason_of(broken), detail=detail, code=broken.code))
    return outcomes


def _not_tried(outgoing: Outgoing, broken: ConnectorError) -> Outcome:
    detail = "Not tried: the line broke earlier in this batch."
    return deferred(outgoing, reason_of(broken), detail=detail, retry_after=broken.retry_after)
