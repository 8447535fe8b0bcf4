"""Deliver: claim a batch, ask about what is uncertain, push, settle. No transaction is open over the network."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from hub.crash import crash_point
from hub.domain.retry import LOST_LEASES
from hub.flows.outgoing import given_up, of_unknown_end, outgoing
from hub.flows.settling import nothing, settle_tries
from hub.flows.taking import Taking
from hub.flows.tries import NOTHING, Tried, Try, summary
from hub.observe import metrics
from hub.plugging.outcomes import from_error
from hub.sdk import exchange
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.leases import Hand, Leases
    from hub.sdk.types import Outgoing

__all__ = ["NOTHING", "Tried", "deliver"]

log = structlog.get_logger("hub.deliver")

# A recall deferred for one of these did not get to ask; for any other reason the partner does not (wholly) hold it.
COULD_NOT_ASK = frozenset({Reason.UNREACHABLE, Reason.BUSY, Reason.CREDENTIALS})


def deliver(
    context: Context,
    channel: Channel,
    *,
    limit: int,
    leases: Leases,
    more: Callable[[Tried], int],
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Deliver batch after batch. `more` hears what each came to and says how many to claim next; 0: no more.

    begun: called when the first claim is over, whatever it took. The lease is looked at before anything is sent: a
    worker that comes back from the dead sends and settles nothing.
    """
    since = time.monotonic()
    with closing(Taking(context, channel, leases)) as taking:
        claimed = context.store.joint.write(partial(taking.claim, limit=limit))
        begun()
        while claimed:
            crash_point("deliver.claimed")
            with (
                leases.hold(claimed, begun=since) as hand,
                exchange.recording() as exchanges,
                exchange.only_while(hand.left),
                structlog.contextvars.bound_contextvars(channel=channel.name),
            ):
                tries = _try(context, channel, hand)
                limit = more(summary(tries))
                since = time.monotonic()
                claim = partial(taking.claim, limit=limit) if limit else nothing
                claimed = settle_tries(context, channel, tries, exchanges, claim=claim)


def _try(context: Context, channel: Channel, hand: Hand) -> list[Try]:
    connector = channel.connector
    assert connector is not None  # noqa: S101 (the worker runs only usable channels)
    by_id = {one.id: one for one in hand.claimed}
    tries: list[Try] = []
    ready: list[Outgoing] = []
    uncertain: list[Outgoing] = []
    for one in hand.claimed:
        made = given_up(channel, one) if one.lost >= LOST_LEASES else outgoing(context, channel, one)
        if isinstance(made, Outcome):
            tries.append(Try(one, made, "push", 0))
        elif one.uncertain and connector.resend == "never":
            tries.append(Try(one, of_unknown_end(channel, made), "push", 0))
        else:
            (uncertain if one.uncertain and connector.resend == "ask" else ready).append(made)

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
