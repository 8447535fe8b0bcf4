"""What a client may do and see: kinds of record, agencies, and abilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.codes import agency
from hub.domain.messages import KINDS
from hub.domain.routing import within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READ, WRITE, FEED, METRICS = "read", "write", "feed", "metrics"
ABILITIES = (READ, WRITE, FEED, METRICS)


@dataclass(frozen=True, slots=True)
class Scope:
    """None means all. agencies: canonical prefixes ("H56" holds "H56.14")."""

    kinds: frozenset[str] | None = None
    agencies: tuple[str, ...] | None = None
    can: frozenset[str] = frozenset({READ, WRITE, FEED})

    @classmethod
    def read(cls, wish: Mapping[str, Any]) -> Scope:
        """Make it from a client's JSON. Raises ValueError with a sentence."""
        _known("scopes", wish, ("kinds", "agencies", "can"))
        kinds, agencies = wish.get("kinds"), wish.get("agencies")
        can = wish.get("can", (READ, WRITE, FEED))
        _known("kinds", kinds or (), KINDS)
        _known("can", can, ABILITIES)
        return cls(
            None if kinds is None else frozenset(kinds),
            None if agencies is None else tuple(agency.canonical(each) for each in agencies),
            frozenset(can),
        )

    def allows(self, ability: str, kind: str | None = None) -> bool:
        """Tell whether the client has the ability (for that kind)."""
        return ability in self.can and (kind is None or self.kinds is None or kind in self.kinds)

    def holds(self, agency_id: str) -> bool:
        """Tell whether a record of this agency is the client's business."""
        return self.agencies is None or any(within(agency_id, prefix) for prefix in self.agencies)

    def covers(self, kind: str, agency_id: str) -> bool:
        """Tell whether a record is the client's business."""
        return (self.kinds is None or kind in self.kinds) and self.holds(agency_id)

    def narrowed(self, asked: str) -> tuple[str, ...] | None:
        """Return the prefixes to look under when the client asks for an agency ("": all); (): nothing to be seen."""
        if not asked:
            return self.agencies
        if self.holds(asked):
            return (asked,)
        return tuple(prefix for prefix in self.agencies or () if within(prefix, asked))


def _known(what: str, given: Sequence[str] | Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{what} has no {', '.join(unknown)}; there are {', '.join(known)}")
