"""The class that can talk to one kind of outside system. Abilities are inherited, never raised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hub.sdk.digests import digest_of
from hub.sdk.types import Health, HealthWord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk.outcomes import Outcome
    from hub.sdk.tools import Tools
    from hub.sdk.types import Incoming, Item, Listing, Outgoing, Page, Receipt, Request, Summary


class Connector(ABC):
    """One connector, many channels. It is given its settings and tools; `__init__` opens nothing.

    One object serves all threads of a channel: keep credentials in `hub.sdk.credentials.Renewable`, nothing else
    that changes.
    """

    name: ClassVar[str]  # [a-z][a-z0-9_]*, unique
    title: ClassVar[tuple[str, str]]  # Vietnamese, English
    settings_schema: ClassVar[Mapping[str, Any]]  # JSON Schema; secrets are `writeOnly`
    accepts: ClassVar[tuple[str, ...]] = ()  # kinds of record it can push
    emits: ClassVar[tuple[str, ...]] = ()  # kinds of record it can bring
    # Kinds whose publications the partner keeps apart from what it tells itself (a queue of approval): when it changes
    # such a record, our older copy there is pushed anew; of other kinds it holds what it told.
    apart: ClassVar[tuple[str, ...]] = ()
    batch_size: ClassVar[int] = 1  # the most it takes in one push
    # What may be done after an unknown outcome: ask (Recalls), send again (the partner tells doubles apart), or never.
    resend: ClassVar[Literal["ask", "safe", "never"]] = "never"
    # Names of wire fields whose values may be kept in attempts; every other value is masked.
    shown_fields: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        self.settings = settings
        self.tools = tools

    def check(self) -> Health:
        """Look whether settings, line and credentials work. Never raises, never alters data."""
        return Health(HealthWord.OK)

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Tell whether this record concerns the partner at all. Pure; settings may be read."""
        return kind in self.accepts

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """Express the record in the partner's form. Pure. Raises Unmappable."""
        raise NotImplementedError(f"{self.name} accepts {kind} but has no map_out")

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """Express an item of the partner as records or events. Pure. Raises Unmappable."""
        raise NotImplementedError(f"{self.name} emits {self.emits} but has no map_in")

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """What the partner must hold when it is equal to the record; None: nothing. Pure."""
        return None

    def begun(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The memo when a worker died in the middle of a try and `resend` is "never"; None: as it was. Pure.

        The delivery is then parked; should an operator say that it came, this is all that is known of what was sent.
        """
        return None


class Pushes(ABC):
    """Can be told."""

    @abstractmethod
    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Make the partner equal to each record of the batch (at most `batch_size`).

        Returns exactly one outcome per delivery, in any order. Raises ConnectorError for the batch as a whole.
        """


class Recalls(ABC):
    """Can be asked what it holds."""

    @abstractmethod
    def recall(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask, after a lost answer, what the partner holds. Alters nothing.

        delivered: it holds all. deferred: not, or in part (the part in `acknowledged`); a push follows at once.
        unknown: cannot tell now.
        """

    def look_up(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Ask, to reconcile, what the partner really holds: earlier memos are not believed. Outcomes as of `recall`.

        A connector whose `recall` needs the memo to tell anything overrides this.
        """
        return self.recall([replace(each, acknowledged={}, acknowledged_version=None) for each in batch])


class Lists(ABC):
    """Can say all it holds, page by page."""

    @abstractmethod
    def holdings(self, cursor: str | None) -> Listing:
        """Bring the page after `cursor` (None: from the beginning). Alters nothing."""

    def digest(self, outgoing: Outgoing) -> str | None:
        """Return the digest the list must give for this record; None: it must not stand there. Pure."""
        assert isinstance(self, Connector)  # noqa: S101 (an ability is inherited beside Connector)
        holding = self.holding(outgoing)
        return None if holding is None else digest_of(holding)


class Sums(ABC):
    """Can sum up what it holds over a range of keys, as another hub can: what differs is found by halving."""

    @abstractmethod
    def sums(self, kind: str, start: str, end: str | None, parts: int) -> Summary:
        """Sum up the keys from `start` to before `end` (None: to the last) in at most `parts` parts. Alters nothing.

        A range of no more than `parts` records is told record by record. The prints are those of `hub.sdk.digests`.
        """


class Pulls(ABC):
    """Can be asked for what is new, from a cursor on."""

    @abstractmethod
    def pull(self, cursor: str | None) -> Page:
        """Bring the page after `cursor` (None: from the beginning). The same cursor brings the same page."""

    def pulled(self, page: Page) -> None:  # noqa: B027 (most partners need not be told)
        """Tell the partner that the page is durable here (poll, fetch, acknowledge). Repeating is harmless."""


class Polls(ABC):
    """Can be asked about records it already holds and has not finished with."""

    @abstractmethod
    def poll(self, batch: Sequence[Outgoing]) -> Sequence[Item]:
        """Bring what the partner has to say about these delivered, still open records."""


class Receives(ABC):
    """Calls the hub by itself at `/hooks/<channel>/…`."""

    @abstractmethod
    def receive(self, request: Request) -> Receipt:
        """Check that the call is authentic, and read it. Raises Refused; nothing is stored then."""
