"""Incoming: what a partner sent down becomes messages and evidence, whichever way it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub.domain.messages import Role, Source
from hub.flows.accept import Accepted, Unit, Word
from hub.flows.admit import Admitted, admit_document, admit_events
from hub.sdk.errors import Unmappable
from hub.sdk.types import Reception
from hub.store import items as table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from hub.flows.channels import Channel
    from hub.flows.context import Context
    from hub.sdk.types import Incoming, Item

log = structlog.get_logger("hub.incoming")


@dataclass(slots=True)
class Read:
    """One item and what it said: its messages, or why it could not be read."""

    item: Item
    admitted: list[Admitted] = field(default_factory=list)
    problem: str = ""
    accepted: list[Accepted] = field(default_factory=list)

    @property
    def reception(self) -> Reception:
        """What became of it (known after the transaction)."""
        if self.problem:
            return Reception.REFUSED
        fresh = any(one.word in {Word.CREATED, Word.UPDATED} for one in self.accepted)
        return Reception.ACCEPTED if fresh else Reception.DUPLICATE


def read(context: Context, channel: Channel, items: Sequence[Item]) -> list[Read]:
    """Map and admit every item; one that cannot be read is told apart and stops nobody else."""
    source = Source(channel.name, Role.CHANNEL)
    return [_read(context, channel, source, item) for item in items]


def unit_of(
    context: Context,
    channel: Channel,
    reads: Sequence[Read],
    *,
    way: str,
    also: Callable[[Connection], None] | None = None,
    keep_duplicates: bool = True,
) -> Unit:
    """Make the unit that accepts the items and keeps them raw, in one transaction.

    way: pulled | polled | received. keep_duplicates: false for polls, which hear the same again and again.
    """
    messages = [one.message for each in reads for one in each.admitted if one.message]

    def write(connection: Connection, accepted: Sequence[Accepted]) -> None:
        answers = iter(accepted)
        for each in reads:
            each.accepted = [next(answers) for one in each.admitted if one.message]
        kept = [each for each in reads if keep_duplicates or each.reception is not Reception.DUPLICATE]
        rows = [_row(context, channel, each, way) for each in kept]
        table.append(connection, rows if keep_duplicates else table.unheard(connection, channel.name, rows))
        if also:
            also(connection)

    return Unit(messages, [file for each in reads for one in each.admitted for file in one.files], write)


def _read(context: Context, channel: Channel, source: Source, item: Item) -> Read:
    assert channel.connector is not None  # noqa: S101 (only usable channels bring items)
    try:
        incoming = context.plugins.map_in(channel.connector, item)
    except Unmappable as problem:
        return Read(item, problem=problem.sentence)
    except Exception as problem:
        log.exception("incoming.mapping_failed", channel=channel.name)
        return Read(item, problem=f"mapping failed: {type(problem).__name__}")
    admitted = [_admit(source, one) for one in incoming]
    problems = [f"{wrong.pointer}: {wrong.en}" for one in admitted for wrong in one.problems]
    if problems:
        log.warning("incoming.refused", channel=channel.name, problems=len(problems))
        return Read(item, problem="; ".join(problems)[:2_000])
    return Read(item, admitted)


def _admit(source: Source, one: Incoming) -> Admitted:
    if one.key is not None:
        return admit_events(one.kind, one.key, one.body["events"], source)
    return admit_document(one.kind, one.body, source)


def _row(context: Context, channel: Channel, each: Read, way: str) -> dict[str, Any]:
    payload = orjson.dumps(each.item.payload).decode()
    first = next(iter(each.accepted), None)
    return {
        "channel": channel.name,
        "way": way,
        "external_id": each.item.id,
        "payload": payload,
        "digest": hashlib.sha256(payload.encode()).hexdigest(),
        "word": each.reception.value,
        "problem": each.problem or None,
        "record": f"{first.kind}/{first.key}" if first else None,
        "at": context.now(),
    }
