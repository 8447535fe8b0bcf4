"""What every flow is given: the store, the plugins, the channels in use, the clock, the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from hub.config import Settings
    from hub.domain.vault import Vault
    from hub.flows.channels import Channels
    from hub.plugging.manager import Plugins
    from hub.sdk.types import Clock
    from hub.store.engine import Store
    from hub.store.wake import Waker


@dataclass(frozen=True, slots=True)
class Context:
    """Made once per process by hub.wiring. `node` names this process in leases, attempts and the ledger."""

    store: Store
    plugins: Plugins
    channels: Channels
    clock: Clock
    settings: Settings
    vault: Vault
    node: str
    waker: Waker

    def now(self) -> int:
        """Return the present in milliseconds, as the store keeps time."""
        return milliseconds(self.clock.now())


def milliseconds(moment: datetime) -> int:
    """Return an aware time as milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
