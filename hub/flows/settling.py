"""Settle: turn what a batch came to into the deliveries' next states, the attempts and the ledger, at once."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from hub.crash import crash_point
from hub.domain.retry import wait
from hub.flows.evidence import attempt_row, ledger_line, told
from hub.flows.tries import PATIENT, PATIENT_SECONDS, Try
from hub.observe import metrics
from hub.sdk.outcomes import OutcomeWord, Reason
from hub.store import attempts, deliveries, ledger
from hub.store.deliveries import DELIVERED, PARKED, WAITING, Settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.sdk.exchange import Exchange

log = structlog.get_logger("hub.deliver")


def settle_tries(context: Context, channel: Channel, tries: Sequence[Try], exchanges: Sequence[Exchange]) -> None:
    if not tries:
        return
    final = _final(tries)
    settled = [_settled(context, channel, one) for one in final.values()]

    def write(connection: Connection) -> frozenset[int]:
        now = context.now()
        ours = deliveries.settle(connection, settled, now=now)
        rows = [attempt_row(context, one) for one in tries]
        attempts.append(connection, channel.name, rows, exchanges=exchanges, now=now)
        lines = [
            ledger_line(channel.name, one, row)
            for one, row in zip(final.values(), settled, strict=True)
            if row.id in ours
        ]
        if lines:
            ledger.append(
                connection,
                transaction_id=context.store.transaction_id(connection),
                what="settled",
                actor=context.node,
                content=lines,
                now=now,
            )
        crash_point("deliver.settling")
        return ours

    ours = context.store.write(write)
    crash_point("deliver.settled")
    if len(ours) < len(settled):
        log.warning("deliver.lease_lost", deliveries=len(settled) - len(ours))
    for outcome, count in Counter(one.outcome.word.value for one in tries).items():
        metrics().attempts_total.labels(channel.name, outcome).inc(count)
    context.plugins.delivery_settled(channel.name, [told(one) for one in final.values() if one.claimed.id in ours])


def _final(tries: Sequence[Try]) -> dict[int, Try]:
    """The last try of each delivery decides; what an earlier one learned of the partner's holdings is kept."""
    final: dict[int, Try] = {}
    for one in tries:
        earlier = final.get(one.claimed.id)
        if earlier and one.outcome.acknowledged is None and earlier.outcome.acknowledged is not None:
            one = replace(one, outcome=replace(one.outcome, acknowledged=earlier.outcome.acknowledged))  # noqa: PLW2901
        final[one.claimed.id] = one
    return final


def _settled(context: Context, channel: Channel, one: Try) -> Settled:
    """Turn an outcome into the delivery's next state."""
    claimed, outcome, now = one.claimed, one.outcome, context.now()
    reason = outcome.reason.value if outcome.reason else ""
    if outcome.word is OutcomeWord.DELIVERED:
        state, due, uncertain, reason = DELIVERED, now, False, ""
    elif outcome.word is OutcomeWord.REJECTED:
        # Refused by our own mapping: nothing was asked, so an earlier uncertainty stays.
        unasked = outcome.reason in {Reason.MAPPING, Reason.FAULT} and claimed.uncertain
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
