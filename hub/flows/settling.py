"""Settle: turn what a batch came to into the deliveries' next states, the attempts and the ledger, at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from hub.crash import crash_point
from hub.flows.evidence import attempt_row, ledger_line, told
from hub.flows.next_state import next_state
from hub.observe import metrics
from hub.store import attempts, bulk, deliveries, ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.tries import Try
    from hub.sdk.exchange import Exchange
    from hub.store.claiming import Claimed

log = structlog.get_logger("hub.deliver")


def nothing(_connection: Connection) -> Sequence[Claimed]:
    """Claim nothing more."""
    return ()


def settle_tries(
    context: Context,
    channel: Channel,
    tries: Sequence[Try],
    exchanges: Sequence[Exchange],
    *,
    claim: Callable[[Connection], Sequence[Claimed]] = nothing,
) -> Sequence[Claimed]:
    """Settle; return what `claim` takes next, in the same transaction: one commit instead of two."""
    if not tries:
        return ()
    final = _final(tries)
    settled = [next_state(context, channel, one) for one in final.values()]
    rows = [attempt_row(context, one) for one in tries]

    def write(connection: Connection) -> tuple[frozenset[int], Sequence[Claimed]]:
        now = context.now()

        def evidence(ours: frozenset[int]) -> Sequence[bulk.Insert]:
            ends = zip(final.values(), settled, strict=True)
            lines = [ledger_line(channel.name, one, row) for one, row in ends if row.id in ours]
            made = attempts.made(channel.name, rows, exchanges=exchanges, now=now)
            return [*made, ledger.entry(what="settled", actor=context.node, content=lines, now=now)] if lines else made

        ours = deliveries.settle(connection, settled, now=now, also=evidence)
        claimed = claim(connection)
        crash_point("deliver.settling")
        return ours, claimed

    ours, claimed = context.store.joint.write(write, settles=[one.id for one in settled])
    crash_point("deliver.settled")
    if len(ours) < len(settled):
        log.warning("deliver.lease_lost", deliveries=len(settled) - len(ours))
    for outcome, count in Counter(one.outcome.word.value for one in tries).items():
        metrics().attempts_total.labels(channel.name, outcome).inc(count)
    context.plugins.delivery_settled(channel.name, [told(one) for one in final.values() if one.claimed.id in ours])
    return claimed


def _final(tries: Sequence[Try]) -> dict[int, Try]:
    """The last try of each delivery decides; what an earlier one learned of the partner's holdings is kept."""
    final: dict[int, Try] = {}
    for one in tries:
        earlier = final.get(one.claimed.id)
        if earlier and one.outcome.acknowledged is None and earlier.outcome.acknowledged is not None:
            one = replace(one, outcome=replace(one.outcome, acknowledged=earlier.outcome.acknowledged))  # noqa: PLW2901
        final[one.claimed.id] = one
    return final
