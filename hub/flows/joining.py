"""The records of one transaction while messages are joined to them, and what follows from them is derived."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.domain.derive import calls_for_post, may_need_post, order_of
from hub.domain.merge import join
from hub.domain.postal_steps import steps_of
from hub.flows.accepted import Word, answer, is_behind
from hub.store import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from hub.domain.messages import Held, Message, Source
    from hub.flows.accepted import Accepted

Key = tuple[str, str]  # kind, key
ROUNDS = 4  # of derivation; the rules end after two, more would be a loop


class Work:
    """The records of one transaction: as they were, as they become, and who changed them."""

    def __init__(self, connection: Connection, messages: Sequence[Message]) -> None:
        self._connection = connection
        self._before = records.load(connection, (place for one in messages for place in _places(one)))
        self._after = dict(self._before)
        self._sources: dict[Key, list[Source]] = {}
        self._events: dict[Key, list[str]] = {}  # keys of new events, per record

    def join(self, message: Message) -> Accepted:
        place = (message.kind, message.key)
        held = self._after[place]
        if message.if_match is not None and message.if_match != held.version:
            return answer(held, Word.PRECONDITION_FAILED)
        joined = join(held, message)
        self._after[place] = joined
        behind = is_behind(joined, message)
        if joined.version == held.version:
            return answer(joined, Word.UNCHANGED, behind=behind)
        self._sources.setdefault(place, []).append(message.source)
        self._events.setdefault(place, []).extend(joined.new_events)
        return answer(joined, Word.CREATED if held.version == 0 else Word.UPDATED, behind=behind)

    def derive(self) -> None:
        """Join what follows from the changed records, until nothing more follows."""
        fresh = list(self._sources)
        for _ in range(ROUNDS):
            self._load(("postal_order", key) for kind, key in fresh if kind == "dossier" and self._has_order(key))
            followers = [follower for place in fresh for follower in self._followers(place)]
            if not followers:
                return
            self._load((one.kind, one.key) for one in followers)
            fresh = [(one.kind, one.key) for one in followers if self.join(one).word is not Word.UNCHANGED]

    def _has_order(self, key: str) -> bool:
        """Tell whether a dossier calls for the post, or did until now."""
        place = ("dossier", key)
        return calls_for_post(self._after[place].document) or calls_for_post(self._before[place].document)

    def _followers(self, place: Key) -> list[Message]:
        held = self._told(place)
        if not held.complete:
            return []
        if held.kind == "dossier":
            order = order_of(held, self._after.get(("postal_order", held.key)))
            return [order] if order else []
        if held.kind == "postal_order" and (news := self._news(place)):
            dossier = ("dossier", str(held.document["dossier"]))
            self._load([dossier])
            steps = steps_of(replace(held, new_events=news), self._after[dossier])
            return [steps] if steps else []
        return []

    def _news(self, place: Key) -> tuple[str, ...]:
        """Return the keys of events that are new or corrected; all of them when the record itself has only now come."""
        before = self._before[place]
        known = {event["key"]: event for event in before.document.get("events", ())} if before.complete else {}
        events = self._after[place].document.get("events", ())
        return tuple(event["key"] for event in events if known.get(event["key"]) != event)

    def _told(self, place: Key) -> Held:
        """Return the record with the new events of all messages of this transaction."""
        held, events = self._after[place], tuple(self._events.get(place, ()))
        return held if held.new_events == events else replace(held, new_events=events)

    def _load(self, places: Iterable[Key]) -> None:
        missing = [place for place in places if place not in self._after]
        if missing:
            loaded = records.load(self._connection, missing)
            self._before |= loaded
            self._after |= loaded

    def touched(self) -> list[tuple[Held, Held, Sequence[Source]]]:
        """Return (before, after, sources) of every record that must be written, in the order of their keys."""
        return [
            (before, self._told(place), self._sources.get(place, ()))
            for place, before in sorted(self._before.items())
            if self._after[place] is not before and _differs(before, self._after[place])
        ]


def _places(message: Message) -> Iterator[Key]:
    """Yield the record a message is about, and the order that it may call for: to load it later is a turn more."""
    yield message.kind, message.key
    if message.kind == "dossier" and message.body and may_need_post(message.body):
        yield "postal_order", message.key


def _differs(before: Held, after: Held) -> bool:
    return after.version != before.version or after.claims != before.claims
