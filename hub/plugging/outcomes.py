"""The contract guard: exactly one outcome per delivery, whatever a connector returns or raises.

An exception is never success: the tree of hub.sdk.errors decides, anything else is a defect and `unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from hub.sdk import Outcome, OutcomeWord, Reason, outcome_of
from hub.sdk.meaning import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk import Outgoing

log = structlog.get_logger("hub.plugging")


def from_error(error: Exception, batch: Sequence[Outgoing]) -> list[Outcome]:
    """Turn what a connector raised into the outcome of every delivery of its batch; a defect is logged."""
    if isinstance(error, EXPECTED):
        return [outcome_of(error, each) for each in batch]
    channel = batch[0].channel if batch else None
    log.error("connector.failed", channel=channel, error=type(error).__name__, exc_info=error)
    return [fault(each, f"The connector failed ({type(error).__name__}); see the log.") for each in batch]


def one_each(batch: Sequence[Outgoing], returned: Any) -> list[Outcome]:
    """Return one outcome per delivery in the batch's order.

    Missing: unknown. Two that disagree: unknown. What belongs to no delivery of the batch is logged and dropped.
    """
    told: dict[int, list[Outcome]] = {each.delivery_id: [] for each in batch}
    channel = batch[0].channel if batch else None
    for outcome in returned if isinstance(returned, (list, tuple)) else ():
        if isinstance(outcome, Outcome) and outcome.delivery_id in told:
            told[outcome.delivery_id].append(outcome)
        else:
            log.error("connector.outcome_extra", channel=channel, what=type(outcome).__name__)
    return [_one(each, told[each.delivery_id]) for each in batch]


def fault(outgoing: Outgoing, sentence: str) -> Outcome:
    """The outcome of a delivery whose connector broke its contract."""
    return Outcome(outgoing.delivery_id, OutcomeWord.UNKNOWN, Reason.FAULT, detail=sentence)


def _one(outgoing: Outgoing, outcomes: list[Outcome]) -> Outcome:
    if not outcomes:
        log.error("connector.outcome_missing", channel=outgoing.channel, delivery_id=outgoing.delivery_id)
        return fault(outgoing, "The connector returned no outcome for this delivery.")
    if len(outcomes) > 1:
        log.error("connector.outcome_doubled", channel=outgoing.channel, delivery_id=outgoing.delivery_id)
        if len({each.word for each in outcomes}) > 1:
            return fault(outgoing, "The connector returned outcomes that disagree.")
    return outcomes[0]
