"""What reaches the hub about one record, and what the hub holds of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEY_OF = {"procedure": "code", "dossier": "code", "postal_order": "number"}
KINDS = tuple(KEY_OF)
DERIVED = frozenset({"events", "status", "status_at", "flags"})  # worked out from the events, never claimed


class Role(StrEnum):
    """What kind of party speaks."""

    CLIENT = "client"  # a district system, through the API
    CHANNEL = "channel"  # a partner, through its connector
    HUB = "hub"  # the hub itself: what follows from other records


@dataclass(frozen=True, slots=True)
class Source:
    """Who speaks: the name of a client or channel, or "hub"."""

    name: str
    role: Role


HUB = Source("hub", Role.HUB)


@dataclass(frozen=True, slots=True)
class Message:
    """Descriptive fields (`body`), events, or both, of one record, already admitted and normalised.

    body None: only events. `if_match`: the version the sender believes to change (None: whatever it is).
    `dated`: the sender itself said when the fields were last changed; where not, the later arrival wins a tie.
    """

    kind: str
    key: str
    source: Source
    body: Mapping[str, Any] | None = None
    events: Sequence[Mapping[str, Any]] = ()
    if_match: int | None = None
    dated: bool = True


def message(
    kind: str, document: Mapping[str, Any], source: Source, *, if_match: int | None = None, dated: bool = True
) -> Message:
    """Make the message of a whole, admitted document."""
    body = {name: value for name, value in document.items() if name not in DERIVED}
    return Message(kind, document[KEY_OF[kind]], source, body, document.get("events", ()), if_match, dated)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of the descriptive fields; within a source the latest `modified_at` wins."""

    source: str
    role: str
    modified_at: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A record as the hub holds it. version 0: not there yet. `new_events`: keys that the last join added."""

    kind: str
    key: str
    version: int = 0
    document: Mapping[str, Any] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    digest: str = ""
    origin: str = ""
    new_events: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """False while only events came: nothing is delivered until the record itself is there."""
        return bool(self.claims)
