"""What is kept and told of a try: the attempt's row, the ledger's line, what plugins hear. No personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.flows.context import Context
    from hub.flows.tries import Try
    from hub.store.deliveries import Settled


def attempt_row(context: Context, one: Try) -> dict[str, object]:
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


def ledger_line(channel: str, one: Try, row: Settled) -> list[object]:
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


def told(one: Try) -> dict[str, object]:
    outcome = one.outcome
    return {
        "kind": one.claimed.kind,
        "key": one.claimed.key,
        "version": one.claimed.version,
        "outcome": outcome.word.value,
        "reason": outcome.reason.value if outcome.reason else None,
        "code": outcome.code,
    }
