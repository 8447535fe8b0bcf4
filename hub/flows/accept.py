"""Accept: merge a batch of messages into records and want them at every channel concerned, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hub.crash import crash_point
from hub.domain.derive import order_of, steps_of
from hub.domain.merge import join
from hub.domain.messages import Role
from hub.store import attachments, changes, deliveries, ledger, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from hub.domain.messages import Held, Message, Source
    from hub.flows.channels import Channel
    from hub.flows.context import Context

Key = tuple[str, str]  # kind, key
ROUNDS = 4  # of derivation; the rules end after two, more would be a loop


class Word(StrEnum):
    """What became of one message."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PRECONDITION_FAILED = "precondition_failed"  # If-Match named another version; nothing was changed


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to one message: the record's version now, and what became of it."""

    kind: str
    key: str
    version: int
    word: Word
    document: Mapping[str, Any]
    digest: str


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
    work = _Work(connection, [message for unit in units for message in unit.messages])
    answers = [[work.join(message) for message in unit.messages] for unit in units]
    work.derive()
    _save(context, connection, work, channels, now)
    for unit, answered in zip(units, answers, strict=True):
        if unit.also:
            unit.also(connection, answered)
    crash_point("accept.before_commit")
    return answers


def _save(context: Context, connection: Connection, work: _Work, channels: Sequence[Channel], now: int) -> None:
    touched = work.touched()
    if not touched:
        return
    records.save(connection, [(before, after) for before, after, _ in touched], now=now)
    changed = [
        (after, Word.CREATED if before.version == 0 else Word.UPDATED, sources)
        for before, after, sources in touched
        if after.version != before.version
    ]
    if not changed:
        return
    transaction_id = context.store.transaction_id(connection)
    lines = [(after, word.value, sources[-1].name) for after, word, sources in changed]
    changes.append(connection, lines, transaction_id=transaction_id, now=now)
    told = [[one.kind, one.key, one.version, one.digest, source, word] for one, word, source in lines]
    ledger.append(connection, transaction_id=transaction_id, what="accepted", actor=context.node, content=told, now=now)
    _want(connection, channels, [(after, sources) for after, _, sources in changed if after.complete], now)


def _turns(changed: Sequence[tuple[Held, Sequence[Source]]]) -> dict[Key, str]:
    """Whose change each is; an order that the hub derived is that of whoever sent its dossier."""
    names = {(held.kind, held.key): sources[-1].name for held, sources in changed}
    for held, sources in changed:
        dossier = ("dossier", str(held.document.get("dossier", "")))
        if sources[-1].role is Role.HUB and dossier in names:
            names[held.kind, held.key] = names[dossier]
    return names


def _want(
    connection: Connection, channels: Sequence[Channel], changed: Sequence[tuple[Held, Sequence[Source]]], now: int
) -> None:
    wanted: list[tuple[str, str, str, int]] = []
    echoed: list[tuple[str, str, str, int]] = []
    for held, sources in changed:
        for channel in (one.name for one in channels if one.wants(held.kind, held.document)):
            row = (channel, held.kind, held.key, held.version)
            only_its_own = all(one.role is Role.CHANNEL and one.name == channel for one in sources)
            (echoed if only_its_own else wanted).append(row)
    deliveries.want(connection, wanted, now=now, sources=_turns(changed))
    deliveries.echo(connection, echoed, now=now)


class _Work:
    """The records of one transaction: as they were, as they become, and who changed them."""

    def __init__(self, connection: Connection, messages: Sequence[Message]) -> None:
        self._connection = connection
        self._before = records.load(connection, ((one.kind, one.key) for one in messages))
        self._after = dict(self._before)
        self._sources: dict[Key, list[Source]] = {}
        self._events: dict[Key, list[str]] = {}  # keys of new events, per record

    def join(self, message: Message) -> Accepted:
        place = (message.kind, message.key)
        held = self._after[place]
        if message.if_match is not None and message.if_match != held.version:
            return _answer(held, Word.PRECONDITION_FAILED)
        joined = join(held, message)
        self._after[place] = joined
        if joined.version == held.version:
            return _answer(joined, Word.UNCHANGED)
        self._sources.setdefault(place, []).append(message.source)
        self._events.setdefault(place, []).extend(joined.new_events)
        return _answer(joined, Word.CREATED if held.version == 0 else Word.UPDATED)

    def derive(self) -> None:
        """Join what follows from the changed records, until nothing more follows."""
        fresh = list(self._sources)
        for _ in range(ROUNDS):
            followers = [follower for place in fresh for follower in self._followers(place)]
            if not followers:
                return
            self._load((one.kind, one.key) for one in followers)
            fresh = [(one.kind, one.key) for one in followers if self.join(one).word is not Word.UNCHANGED]

    def _followers(self, place: Key) -> list[Message]:
        held = replace(self._after[place], new_events=tuple(self._events.get(place, ())))
        if not held.complete:
            return []
        if held.kind == "dossier":
            order = order_of(held)
            return [order] if order else []
        if held.kind == "postal_order" and held.new_events:
            dossier = ("dossier", str(held.document["dossier"]))
            self._load([dossier])
            steps = steps_of(held, self._after[dossier])
            return [steps] if steps else []
        return []

    def _load(self, places: Iterable[Key]) -> None:
        missing = [place for place in places if place not in self._after]
        if missing:
            loaded = records.load(self._connection, missing)
            self._before |= loaded
            self._after |= loaded

    def touched(self) -> list[tuple[Held, Held, Sequence[Source]]]:
        """Return (before, after, sources) of every record that must be written, in the order of their keys."""
        return [
            (
                before,
                replace(self._after[place], new_events=tuple(self._events.get(place, ()))),
                self._sources.get(place, ()),
            )
            for place, before in sorted(self._before.items())
            if self._after[place] is not before and _differs(before, self._after[place])
        ]


def _differs(before: Held, after: Held) -> bool:
    return after.version != before.version or after.claims != before.claims


def _answer(held: Held, word: Word) -> Accepted:
    return Accepted(held.kind, held.key, held.version, word, held.document, held.digest)
