"""Deliver: claim a batch, ask about what is uncertain, push, settle. No transaction is open over the network."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from hub.crash import crash_point
from hub.domain.retry import LOST_LEASES, lost_wait
from hub.flows.settling import settle_tries
from hub.flows.tries import NOTHING, Tried, Try, summary
from hub.observe import metrics
from hub.plugging.outcomes import from_error
from hub.sdk import exchange
from hub.sdk.errors import Unmappable
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason, rejected
from hub.sdk.types import Outgoing
from hub.store import deliveries, epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.leases import Hand, Leases
    from hub.sdk.connector import Connector
    from hub.store.deliveries import Claimed

__all__ = ["NOTHING", "Tried", "deliver"]

log = structlog.get_logger("hub.deliver")

# A recall deferred for one of these did not get to ask; for any other reason the partner does not (wholly) hold it.
COULD_NOT_ASK = frozenset({Reason.UNREACHABLE, Reason.BUSY, Reason.CREDENTIALS})


def deliver(context: Context, channel: Channel, *, limit: int, leases: Leases) -> Tried:
    """Deliver up to `limit` due records of a channel; return what they came to.

    The lease is looked at before anything is sent: a worker that comes back from the dead sends and settles nothing.
    """
    with ExitStack() as stack:
        free = leases.suspect.acquire(blocking=False)
        if free:
            stack.callback(leases.suspect.release)
        begun = time.monotonic()
        claimed = _claim(context, channel, limit=limit, leases=leases, suspects=free)
        if not any(one.suspect for one in claimed):
            stack.close()
        if not claimed:
            return NOTHING
        crash_point("deliver.claimed")
        hand = stack.enter_context(leases.hold(claimed, begun=begun))
        exchanges = stack.enter_context(exchange.recording())
        stack.enter_context(exchange.only_while(hand.left))
        stack.enter_context(structlog.contextvars.bound_contextvars(channel=channel.name))
        tries = _try(context, channel, hand)
        settle_tries(context, channel, tries, exchanges)
    return summary(tries)


def _claim(context: Context, channel: Channel, *, limit: int, leases: Leases, suspects: bool) -> Sequence[Claimed]:
    def back_off(lost: int) -> float:
        return lost_wait(channel.politeness, lost=lost, chance=random.random())  # noqa: S311 (jitter)

    def write(connection: Connection) -> Sequence[Claimed]:
        if epoch.is_held(connection):  # after a restore nothing may go backwards at a partner
            return []
        return deliveries.claim(
            connection,
            channel.name,
            owner=context.node,
            now=context.now(),
            lease=int(leases.seconds * 1000),
            limit=limit,
            rounds=leases.rounds,
            back_off=back_off,
            suspects=suspects,
        )

    return context.store.write(write)


def _try(context: Context, channel: Channel, hand: Hand) -> list[Try]:
    connector = channel.connector
    assert connector is not None  # noqa: S101 (the worker runs only usable channels)
    by_id = {one.id: one for one in hand.claimed}
    tries: list[Try] = []
    ready: list[Outgoing] = []
    uncertain: list[Outgoing] = []
    for one in hand.claimed:
        outgoing = _lost(channel, one) if one.lost >= LOST_LEASES else _outgoing(context, channel, one)
        if isinstance(outgoing, Outcome):
            tries.append(Try(one, outgoing, "push", 0))
        elif one.uncertain and connector.resend == "never":
            tries.append(
                Try(one, rejected(outgoing, Reason.UNCERTAIN, detail="Sent once; its end is not known."), "push", 0)
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
        tries.extend(Try(by_id[one.delivery_id], one, action, spent) for one in outcomes)
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
    connector: Connector = channel.connector  # type: ignore[assignment]  # usable, see _try
    try:
        return _made(channel, one, context.plugins.map_out(connector, one.kind, one.document))
    except Unmappable as problem:
        return rejected(_made(channel, one), Reason.MAPPING, detail=problem.sentence, code=problem.code)
    except Exception as problem:
        log.exception("deliver.mapping_failed", delivery_id=one.id)
        detail = f"The mapping failed ({type(problem).__name__}); see the log."
        return rejected(_made(channel, one), Reason.FAULT, detail=detail)


def _lost(channel: Channel, one: Claimed) -> Outcome:
    """Whoever tried it died or hung each time: it is not looked at any more, not even mapped."""
    log.error("deliver.worker_lost", delivery_id=one.id, lost=one.lost)
    return rejected(_made(channel, one), Reason.WORKER_LOST, detail=f"{one.lost} workers in a row died or hung on it.")


def _made(channel: Channel, one: Claimed, mapped: Any = None) -> Outgoing:
    return Outgoing(
        one.id,
        channel.name,
        one.kind,
        one.key,
        one.version,
        one.document,
        mapped,
        one.acknowledged_version,
        one.acknowledged,
        one.reference,
        one.attempts,
    )


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
