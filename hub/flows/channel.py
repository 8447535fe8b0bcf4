"""One configured connector, as the flows use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.domain.retry import Politeness
    from hub.domain.routing import Routing
    from hub.sdk.connector import Connector

log = structlog.get_logger("hub.channels")


@dataclass(frozen=True, slots=True)
class Channel:
    """One configured connector. `problem` says why it cannot be used; `connector` is None then."""

    name: str
    connector: Connector | None
    routing: Routing
    politeness: Politeness
    paused: bool
    version: int
    problem: str = ""

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Tell whether the record is to be delivered here; an unusable channel keeps what its routing lets through."""
        if not self.routing.lets(kind, document):
            return False
        if self.connector is None:
            return True
        try:
            return kind in self.connector.accepts and self.connector.wants(kind, document)
        except Exception:
            # Better one delivery too many, parked with its reason, than a dossier that silently goes nowhere.
            log.exception("channel.wants_failed", channel=self.name, kind=kind)
            return kind in self.connector.accepts

    def keeps_apart(self, kind: str) -> bool:
        """Tell whether what we publish there is kept apart from what the partner tells itself."""
        return self.connector is not None and kind in self.connector.apart
