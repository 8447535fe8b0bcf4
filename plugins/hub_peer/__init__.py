"""Another hub of the same kind: a district's hub feeds the province's, and that one the nation's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Connector


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    from plugins.hub_peer.connector import HubPeer

    register(HubPeer)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    from plugins.hub_peer.simulator import HubPeerSimulator

    register("hub_peer", HubPeerSimulator)
