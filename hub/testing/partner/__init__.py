"""Three connectors for tests of the hub itself: one works, one fails as declared, one explodes.

Registered only where a test asks: `plugins.register(hub.testing.partner)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl
from hub.testing.partner.broken import ExplodingConnector, FailingConnector
from hub.testing.partner.connector import EchoConnector
from hub.testing.partner.simulator import EchoSimulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Connector

__all__ = ["EchoConnector", "EchoSimulator", "ExplodingConnector", "FailingConnector"]


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """The trio."""
    register(EchoConnector)
    register(FailingConnector)
    register(ExplodingConnector)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """The partner of the one that works."""
    register("echo", EchoSimulator)
