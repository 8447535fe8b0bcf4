"""Accept: merge a batch of messages into records and want them at every channel concerned, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.crash import crash_point
from hub.domain.messages import Role
from hub.flows.accepted import Accepted, Word
from hub.flows.joining import Work
from hub.store import attachments, bulk, changes, deliveries, ledger, records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from hub.domain.messages import Held, Message, Source
    from hub.flows.channels import Channel
    from hub.flows.context import Context

__all__ = ["Accepted", "Unit", "Word", "accept"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is accepted together or not at all.

    also: further writes of the same transaction (a cursor, raw items, an idempotency answer).
    """

    messages: Sequence[Message]
    files: Sequence[Mapping[str, Any]] = ()
    also: Callable[[Connection, Sequence[Accepted]], None] | None = None


def accept(context: Context, units: Sequence[Unit]) -> list[list[Accepted]]:
    """Accept the units in one transaction; durable when it returns. Returns the answers per unit, in order."""
    # Looked up before: a transaction that waits for a second connection would wait for ever when all have one.
    channels = tuple(context.channels)
    answers = context.store.write(lambda connection: _accept(context, connection, units, channels))
    crash_point("accept.committed")
    context.waker.tell()
    return answers


def _accept(
    context: Context, connection: Connection, units: Sequence[Unit], channels: Sequence[Channel]
) -> list[list[Accepted]]:
    now = context.now()
    attachments.keep(connection, [{**file, "at": now} for unit in units for file in unit.files])
    work = Work(connection, [message for unit in units for message in unit.messages])
    answers = [[work.join(message) for message in unit.messages] for unit in units]
    work.derive()
    _save(context, connection, work, channels, now)
    for unit, answered in zip(units, answers, strict=True):
        if unit.also:
            unit.also(connection, answered)
    crash_point("accept.before_commit")
    return answers


def _save(context: Context, connection: Connection, work: Work, channels: Sequence[Channel], now: int) -> None:
    touched = work.touched()
    if not touched:
        return
    changed = [
        (after, Word.CREATED if before.version == 0 else Word.UPDATED, sources)
        for before, after, sources in touched
        if after.version != before.version
    ]
    also: list[bulk.Insert] = []
    if changed:
        lines = [(after, word.value, sources[-1].name) for after, word, sources in changed]
        evidence = [[one.kind, one.key, one.version, one.digest, source, word] for one, word, source in lines]
        wishes = _wanted(channels, [(after, sources) for after, _, sources in changed if after.complete], now)
        told = ledger.entry(what="accepted", actor=context.node, content=evidence, now=now)
        also = [changes.told(lines, now=now), told, *wishes]
    records.save(connection, [(before, after) for before, after, _ in touched], now=now, also=also)


def _turns(changed: Sequence[tuple[Held, Sequence[Source]]]) -> dict[tuple[str, str], str]:
    """Whose change each is; an order that the hub derived is that of whoever sent its dossier."""
    names = {(held.kind, held.key): sources[-1].name for held, sources in changed}
    for held, sources in changed:
        dossier = ("dossier", str(held.document.get("dossier", "")))
        if sources[-1].role is Role.HUB and dossier in names:
            names[held.kind, held.key] = names[dossier]
    return names


def _is_wholly_of(channel: str, held: Held) -> bool:
    """Tell whether nobody but the channel told anything of the record, now or before."""
    told = (*(one.source for one in held.claims), *(event["source"] for event in held.document.get("events", ())))
    return all(source == channel for source in told)


def _wanted(
    channels: Sequence[Channel], changed: Sequence[tuple[Held, Sequence[Source]]], now: int
) -> Sequence[bulk.Insert]:
    wanted: list[tuple[str, str, str, int]] = []
    echoed: list[tuple[str, str, str, int, bool]] = []
    apart: list[tuple[str, str, str, int, bool]] = []
    for held, sources in changed:
        for channel in (one for one in channels if one.wants(held.kind, held.document)):
            row = (channel.name, held.kind, held.key, held.version)
            only_its_own = all(one.role is Role.CHANNEL and one.name == channel.name for one in sources)
            if not only_its_own:
                wanted.append(row)
            else:
                told = apart if channel.keeps_apart(held.kind) else echoed
                told.append((*row, _is_wholly_of(channel.name, held)))
    return [
        deliveries.wanted(wanted, now=now, sources=_turns(changed)),
        deliveries.echoed(echoed, now=now),
        deliveries.echoed(apart, now=now, apart=True),
    ]
