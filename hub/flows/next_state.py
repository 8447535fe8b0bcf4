"""What an outcome makes of its delivery: delivered, parked with a reason, or waiting until the next try."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hub.domain.retry import wait
from hub.flows.tries import PATIENT, PATIENT_SECONDS, Try
from hub.sdk.outcomes import OutcomeWord, Reason
from hub.store.deliveries import DELIVERED, PARKED, WAITING, Settled

if TYPE_CHECKING:
    from hub.flows.channels import Channel
    from hub.flows.context import Context

UNASKED = frozenset({Reason.MAPPING, Reason.FAULT, Reason.WORKER_LOST})


def next_state(context: Context, channel: Channel, one: Try) -> Settled:
    """Turn an outcome into the delivery's next state."""
    claimed, outcome, now = one.claimed, one.outcome, context.now()
    reason = outcome.reason.value if outcome.reason else ""
    if outcome.word is OutcomeWord.DELIVERED:
        state, due, uncertain, reason = DELIVERED, now, False, ""
    elif outcome.word is OutcomeWord.REJECTED:
        # Refused by ourselves: nothing was asked, so an earlier uncertainty stays.
        unasked = outcome.reason in UNASKED and claimed.uncertain
        state, due, uncertain = PARKED, now, unasked
    elif outcome.word is OutcomeWord.UNKNOWN and channel.connector.resend == "never":  # type: ignore[union-attr]
        state, due, uncertain, reason = PARKED, now, False, Reason.UNCERTAIN.value
    else:
        pause = _pause(channel, one)
        state, due, uncertain = WAITING if pause else PARKED, now + int((pause or 0) * 1000), _is_uncertain(one)
        reason = reason if pause else Reason.EXHAUSTED.value
    return Settled(
        claimed.id,
        claimed.fence,
        claimed.version,
        state,
        due,
        uncertain,
        reason,
        outcome.code,
        outcome.detail,
        outcome.reference,
        outcome.acknowledged,
    )


def _is_uncertain(one: Try) -> bool:
    """An unknown outcome is; so is a deferred recall's: the earlier try has still no end."""
    return one.outcome.word is OutcomeWord.UNKNOWN or (one.action == "recall" and one.claimed.uncertain)


def _pause(channel: Channel, one: Try) -> float | None:
    """Return the seconds until the next try, or None: out of tries."""
    chance = random.random()  # noqa: S311 (jitter)
    outcome = one.outcome
    if outcome.reason in PATIENT:
        tries = min(one.claimed.attempts, channel.politeness.maximum_tries - 1)
        pause = wait(channel.politeness, tries=tries, wish=outcome.retry_after, chance=chance)
        return pause if outcome.retry_after or pause is None else min(pause, PATIENT_SECONDS)
    return wait(channel.politeness, tries=one.claimed.attempts, wish=outcome.retry_after, chance=chance)
