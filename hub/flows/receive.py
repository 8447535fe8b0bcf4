"""Receive: a partner calls; what it says is kept and accepted in one transaction before it gets its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from hub.flows.accept import accept
from hub.flows.incoming import read, unit_of
from hub.observe import metrics
from hub.sdk.errors import Refused
from hub.sdk.types import Reception

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.flows.accept import Accepted, Unit
    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.flows.incoming import Read
    from hub.sdk.types import Reply, Request

log = structlog.get_logger("hub.receive")

NOT_FOUND = 404
MOST_PROBLEMS = 2_000  # characters of the sentence a partner is told


class NoSuchChannel(Exception):
    """There is no channel of this name, or its connector is not called by anybody."""


class UnusableChannel(Exception):
    """The channel's connector could not be made; its settings need mending."""


def receive(
    context: Context,
    channel_name: str,
    request: Request,
    *,
    submit: Callable[[Unit], Sequence[Accepted]] | None = None,
) -> Reply:
    """Take in an inbound call and return the connector's answer; nothing is stored of a call that is Refused.

    submit: accepts one unit, durable when it returns (the web process lets waiting requests commit together).
    Raises NoSuchChannel, UnusableChannel, and Refused with the status of the answer.
    """
    channel = _channel(context, channel_name)
    assert channel.connector is not None  # noqa: S101 (see _channel)
    try:
        receipt = context.plugins.receive(channel.connector, request)
    except Refused as problem:
        metrics().accepted_total.labels("call", "refused").inc()
        log.warning("receive.refused", channel=channel.name, status=problem.status, sentence=problem.sentence)
        raise
    if receipt is None:
        raise NoSuchChannel
    reads = read(context, channel, receipt.items)
    unit = unit_of(context, channel, reads, way="received")
    if submit:
        submit(unit)
    else:
        accept(context, [unit])
    reception, sentence = _reception(reads)
    log.info("receive.done", channel=channel.name, count=len(reads), reception=reception.value)
    return receipt.answer(reception, sentence)


def _channel(context: Context, name: str) -> Channel:
    channel = context.channels.get(name)
    if channel is None:
        raise NoSuchChannel
    if channel.connector is None:
        raise UnusableChannel
    return channel


def _reception(reads: Sequence[Read]) -> tuple[Reception, str]:
    """Sum up: refused if anything was (what was good is kept all the same), accepted if anything was new."""
    told = {each.reception for each in reads}
    if Reception.REFUSED in told:
        return Reception.REFUSED, "; ".join(each.problem for each in reads if each.problem)[:MOST_PROBLEMS]
    return (Reception.ACCEPTED if Reception.ACCEPTED in told else Reception.DUPLICATE), ""
