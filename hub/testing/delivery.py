"""What the delivery row keeps, as far as a connector can notice it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Outcome, Reason


@dataclass(slots=True)
class Delivery:
    """One record on its way to one partner."""

    number: int
    kind: str
    key: str
    document: Mapping[str, Any]
    version: int = 1
    acknowledged_version: int | None = None
    acknowledged: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None
    attempt: int = 0
    uncertain: bool = False
    parked: Reason | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Tell whether the channel is known to hold the newest version."""
        return self.acknowledged_version == self.version and not self.uncertain

    @property
    def due(self) -> bool:
        """Tell whether the worker would take it up."""
        return not self.settled and self.parked is None

    @property
    def name(self) -> str:
        """The key of `/_sim/holdings`."""
        return f"{self.kind}/{self.key}"
