"""The frozen things that pass between the hub and a connector."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Clock(Protocol):
    """The only source of time; tests inject their own."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery as a connector sees it: make the partner equal to `document`.

    `acknowledged_version` is None while the partner was never known to hold the record; `acknowledged` is the memo of
    earlier outcomes ({} at first); `mapped` is what `map_out` made of the document; `attempt` counts from 1.
    """

    delivery_id: int
    channel: str
    kind: str
    key: str
    version: int
    document: Mapping[str, Any]
    mapped: Any
    acknowledged_version: int | None = None
    acknowledged: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None
    attempt: int = 1

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this version: for partners that tell doubles apart."""
        return f"{self.channel}:{self.kind}:{self.key}:{self.version}"


@dataclass(frozen=True, slots=True)
class Item:
    """What a system gave us, raw, kept as evidence. `id` is the partner's own id of the message, if it has one."""

    payload: Any
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document or an event for the hub, made from an item by `map_in`.

    kind: record kind. body: the document (as the schemas want it). key: set for an event or tracking events
    (`body` is then `{"events": [...]}`) that joins a record which may not be there yet.
    """

    kind: str
    body: Mapping[str, Any]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what a partner sends down; the cursor is stored in the same transaction as the items."""

    items: Sequence[Item]
    cursor: str | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One record in a partner's list. `digest` as the connector's `digest` gives it; no content, no personal data."""

    kind: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of what a partner says it holds."""

    listed: Sequence[Listed]
    cursor: str | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A part of a range of keys: from `start` to the next part's start. `digest`: of the prints, `digests.summed`."""

    start: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A range of keys summed up. `agencies`: only records under these were counted (None: all)."""

    sums: Sequence[Sum]
    agencies: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An inbound call of a partner. Header names are lower case; `path` is what follows `/hooks/<channel>`."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)
    remote_address: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the partner gets back."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"


class Reception(StrEnum):
    """What became of a received message as a whole; the connector answers in its partner's words."""

    ACCEPTED = "accepted"  # kept, durable
    DUPLICATE = "duplicate"  # nothing new in it
    REFUSED = "refused"  # not valid; kept as evidence only


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a received request holds, and how to answer once the hub knows what became of it.

    `answer(reception, sentence)` gives the reply; the sentence explains a refusal, without personal data.
    """

    items: Sequence[Item]
    answer: Callable[[Reception, str], Reply]


class HealthWord(StrEnum):
    """How a partner is, as `check` found it."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of `check`: a word and a sentence. Never raised, never alters data."""

    word: HealthWord
    sentence: str = ""
