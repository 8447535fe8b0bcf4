"""Deliver: claim a batch, ask about what is uncertain, push, settle. No transaction is open over the network."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from hub.crash import crash_point
from hub.domain.retry import wait
from hub.observe import metrics
from hub.plugging.outcomes import from_error
from hub.sdk import exchange
from hub.sdk.errors import Unmappable
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason, rejected
from hub.sdk.types import Outgoing
from hub.store import attempts, deliveries, epoch, ledger
from hub.store.deliveries import DELIVERED, PARKED, WAITING, Settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.leases import Hand, Leases
    from hub.sdk.connector import Connector
    from hub.sdk.exchange import Exchange
    from hub.store.deliveries import Claimed

log = structlog.get_logger("hub.deliver")

# The partner (or the line) is away, or we are not due: waiting for it never uses up a delivery's tries.
PATIENT = frozenset({Reason.UNREACHABLE, Reason.BUSY, Reason.CREDENTIALS, Reason.NOT_READY})
PATIENT_SECONDS = 60.0  # the longest step between two such tries; the breaker keeps the number of probes small
# A recall deferred for one of these did not get to ask; for any other reason the partner does not (wholly) hold it.
COULD_NOT_ASK = frozenset({Reason.UNREACHABLE, Reason.BUSY, Reason.CREDENTIALS})
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
class _Try:
    """One delivery's outcome, and how it was learned."""

    claimed: Claimed
    outcome: Outcome
    action: str  # push | recall
    milliseconds: int


def deliver(context: Context, channel: Channel, *, limit: int, leases: Leases) -> Tried:
    """Deliver up to `limit` due records of a channel; return what they came to.

    The lease is looked at before anything is sent: a worker that comes back from the dead sends and settles nothing.
    """
    begun = time.monotonic()
    lease = int(leases.seconds * 1000)
    claimed = context.store.write(
        lambda connection: (
            []
            if epoch.is_held(connection)  # after a restore nothing may go backwards at a partner
            else deliveries.claim(
                connection,
                channel.name,
                owner=context.node,
                now=context.now(),
                lease=lease,
                limit=limit,
                rounds=leases.rounds,
            )
        )
    )
    if not claimed:
        return NOTHING
    crash_point("deliver.claimed")
    with (
        leases.hold(claimed, begun=begun) as hand,
        exchange.recording() as exchanges,
        exchange.only_while(hand.owned),
        structlog.contextvars.bound_contextvars(channel=channel.name),
    ):
        tries = _try(context, channel, hand)
        _settle(context, channel, tries, exchanges)
    return _summary(tries)


def _try(context: Context, channel: Channel, hand: Hand) -> list[_Try]:
    connector = channel.connector
    assert connector is not None  # noqa: S101 (the worker runs only usable channels)
    by_id = {one.id: one for one in hand.claimed}
    tries: list[_Try] = []
    ready: list[Outgoing] = []
    uncertain: list[Outgoing] = []
    for one in hand.claimed:
        outgoing = _outgoing(context, channel, one)
        if isinstance(outgoing, Outcome):
            tries.append(_Try(one, outgoing, "push", 0))
        elif one.uncertain and connector.resend == "never":
            tries.append(
                _Try(one, rejected(outgoing, Reason.UNCERTAIN, detail="Sent once; its end is not known."), "push", 0)
            )
        else:
            (uncertain if one.uncertain and connector.resend == "ask" else ready).append(outgoing)

    def run(action: str, batch: Sequence[Outgoing]) -> list[Outcome]:
        if not hand.owned():
            return []
        crash_point("deliver.pushing")
        started = time.monotonic()
        call = context.plugins.push if action == "push" else context.plugins.recall
        try:
            outcomes = call(connector, batch)
        except Exception as problem:  # noqa: BLE001 (an exception is never success: the tree of errors decides)
            outcomes = from_error(problem, batch)
        spent = int((time.monotonic() - started) * 1000)
        tries.extend(_Try(by_id[one.delivery_id], one, action, spent) for one in outcomes)
        metrics().push_seconds.labels(channel.name).observe(spent / 1000)
        return outcomes

    for batch in _chunks(uncertain, connector.batch_size):
        ready.extend(_absent(batch, run("recall", batch)))
    for batch in _chunks(ready, connector.batch_size):
        run("push", batch)
        crash_point("deliver.pushed")
    return tries


def _outgoing(context: Context, channel: Channel, one: Claimed) -> Outgoing | Outcome:
    """Map the record for the partner; what cannot be mapped is rejected without bothering anybody."""
    outgoing = Outgoing(
        one.id,
        channel.name,
        one.kind,
        one.key,
        one.version,
        one.document,
        None,
        one.acknowledged_version,
        one.acknowledged,
        one.reference,
        one.attempts,
    )
    connector: Connector = channel.connector  # type: ignore[assignment]  # usable, see _try
    try:
        return replace(outgoing, mapped=context.plugins.map_out(connector, one.kind, one.document))
    except Unmappable as problem:
        return rejected(outgoing, Reason.MAPPING, detail=problem.sentence, code=problem.code)
    except Exception as problem:
        log.exception("deliver.mapping_failed", delivery_id=one.id)
        return rejected(outgoing, Reason.FAULT, detail=f"The mapping failed ({type(problem).__name__}); see the log.")


def _absent(batch: Sequence[Outgoing], outcomes: Sequence[Outcome]) -> list[Outgoing]:
    """Return what the partner, asked, does not (wholly) hold: it is pushed at once, with what it does hold."""
    answers = {one.delivery_id: one for one in outcomes}
    absent = []
    for one in batch:
        answer = answers.get(one.delivery_id)
        if answer and answer.word is OutcomeWord.DEFERRED and answer.reason not in COULD_NOT_ASK:
            held = one.acknowledged if answer.acknowledged is None else answer.acknowledged
            absent.append(replace(one, acknowledged=held))
    return absent


def _chunks(batch: Sequence[Outgoing], size: int) -> list[Sequence[Outgoing]]:
    return [batch[start : start + size] for start in range(0, len(batch), size)]


def _settle(context: Context, channel: Channel, tries: Sequence[_Try], exchanges: Sequence[Exchange]) -> None:
    if not tries:
        return
    final = _final(tries)
    settled = [_settled(context, channel, one) for one in final.values()]

    def write(connection: Connection) -> frozenset[int]:
        now = context.now()
        ours = deliveries.settle(connection, settled, now=now)
        rows = [_attempt(context, one) for one in tries]
        attempts.append(connection, channel.name, rows, exchanges=exchanges, now=now)
        told = [
            _line(channel.name, one, row) for one, row in zip(final.values(), settled, strict=True) if row.id in ours
        ]
        if told:
            ledger.append(
                connection,
                transaction_id=context.store.transaction_id(connection),
                what="settled",
                actor=context.node,
                content=told,
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
    context.plugins.delivery_settled(channel.name, [_told(one) for one in final.values() if one.claimed.id in ours])


def _final(tries: Sequence[_Try]) -> dict[int, _Try]:
    """The last try of each delivery decides; what an earlier one learned of the partner's holdings is kept."""
    final: dict[int, _Try] = {}
    for one in tries:
        earlier = final.get(one.claimed.id)
        if earlier and one.outcome.acknowledged is None and earlier.outcome.acknowledged is not None:
            one = replace(one, outcome=replace(one.outcome, acknowledged=earlier.outcome.acknowledged))  # noqa: PLW2901
        final[one.claimed.id] = one
    return final


def _settled(context: Context, channel: Channel, one: _Try) -> Settled:
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


def _is_uncertain(one: _Try) -> bool:
    """An unknown outcome is; so is a deferred recall's: the earlier try has still no end."""
    return one.outcome.word is OutcomeWord.UNKNOWN or (one.action == "recall" and one.claimed.uncertain)


def _pause(channel: Channel, one: _Try) -> float | None:
    """Return the seconds until the next try, or None: out of tries."""
    chance = random.random()  # noqa: S311 (jitter)
    outcome = one.outcome
    if outcome.reason in PATIENT:
        tries = min(one.claimed.attempts, channel.politeness.maximum_tries - 1)
        pause = wait(channel.politeness, tries=tries, wish=outcome.retry_after, chance=chance)
        return pause if outcome.retry_after or pause is None else min(pause, PATIENT_SECONDS)
    return wait(channel.politeness, tries=one.claimed.attempts, wish=outcome.retry_after, chance=chance)


def _attempt(context: Context, one: _Try) -> dict[str, object]:
    return {
        "delivery_id": one.claimed.id,
        "action": one.action,
        "version": one.claimed.version,
        "number": one.claimed.attempts,
        "fence": one.claimed.fence,
        "outcome": one.outcome.word.value,
        "reason": one.outcome.reason.value if one.outcome.reason else None,
        "code": one.outcome.code,
        "detail": one.outcome.detail,
        "worker": context.node,
        "milliseconds": one.milliseconds,
    }


def _line(channel: str, one: _Try, row: Settled) -> list[object]:
    """One line of the ledger: what was tried and what is so now. Failures are evidence too."""
    claimed = one.claimed
    return [
        channel,
        claimed.kind,
        claimed.key,
        claimed.version,
        one.outcome.word.value,
        row.state,
        row.reason,
        row.code,
    ]


def _told(one: _Try) -> dict[str, object]:
    outcome = one.outcome
    return {
        "kind": one.claimed.kind,
        "key": one.claimed.key,
        "version": one.claimed.version,
        "outcome": outcome.word.value,
        "reason": outcome.reason.value if outcome.reason else None,
        "code": outcome.code,
    }


def _summary(tries: Sequence[_Try]) -> Tried:
    if not tries:
        return NOTHING
    trouble = all(
        one.outcome.word in {OutcomeWord.DEFERRED, OutcomeWord.UNKNOWN} and one.outcome.reason in TROUBLE
        for one in tries
    )
    wishes = [one.outcome.retry_after for one in tries if one.outcome.reason is Reason.BUSY and one.outcome.retry_after]
    return Tried(len(tries), trouble, max(wishes, default=None))
