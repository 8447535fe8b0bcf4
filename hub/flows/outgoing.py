"""From a claimed delivery to what a connector is given, or to the outcome when it is given nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from hub.sdk.errors import Unmappable
from hub.sdk.outcomes import Outcome, Reason, rejected
from hub.sdk.types import Outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.sdk.connector import Connector
    from hub.store.claiming import Claimed

log = structlog.get_logger("hub.deliver")


def outgoing(context: Context, channel: Channel, one: Claimed) -> Outgoing | Outcome:
    """Map the record for the partner; what cannot be mapped is rejected without bothering anybody."""
    connector: Connector = channel.connector  # type: ignore[assignment]  # usable, see hub.flows.deliver
    document = one.document
    try:
        return _made(channel, one, document, context.plugins.map_out(connector, one.kind, document))
    except Unmappable as problem:
        return rejected(_made(channel, one, document), Reason.MAPPING, detail=problem.sentence, code=problem.code)
    except Exception as problem:
        log.exception("deliver.mapping_failed", delivery_id=one.id)
        detail = f"The mapping failed ({type(problem).__name__}); see the log."
        return rejected(_made(channel, one, document), Reason.FAULT, detail=detail)


def of_unknown_end(channel: Channel, made: Outgoing) -> Outcome:
    """A worker died over it, and nothing may go twice: an operator decides, and the memo says what was begun."""
    connector: Connector = channel.connector  # type: ignore[assignment]  # usable, see hub.flows.deliver
    memo = None
    try:
        memo = connector.begun(made)
    except Exception:
        log.exception("deliver.memo_failed", delivery_id=made.delivery_id)
    return rejected(made, Reason.UNCERTAIN, detail="Sent once; its end is not known.", acknowledged=memo)


def given_up(channel: Channel, one: Claimed) -> Outcome:
    """Whoever tried it died or hung each time: it is not looked at any more, not even mapped."""
    log.error("deliver.worker_lost", delivery_id=one.id, lost=one.lost)
    detail = f"{one.lost} workers in a row died or hung on it."
    return rejected(_made(channel, one, {}), Reason.WORKER_LOST, detail=detail)


def _made(channel: Channel, one: Claimed, document: Mapping[str, Any], mapped: Any = None) -> Outgoing:
    return Outgoing(
        one.id,
        channel.name,
        one.kind,
        one.key,
        one.version,
        document,
        mapped,
        one.acknowledged_version,
        one.acknowledged,
        one.reference,
        one.attempts,
    )
