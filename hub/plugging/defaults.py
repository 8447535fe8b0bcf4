"""The hub's own plugin: the last implementation of every step, which asks the channel's connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Pulls, Pushes, Recalls, Receives, hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk import Connector, Health, Outcome, Outgoing, Page, Receipt, Request


@hookimpl(trylast=True)
def hub_map(connector: Connector, direction: str, kind: str, document: Any) -> Any:
    """Let the connector map."""
    return connector.map_out(kind, document) if direction == "out" else connector.map_in(document)


@hookimpl(trylast=True)
def hub_push(connector: Connector, batch: Sequence[Outgoing]) -> Sequence[Outcome] | None:
    """Let the connector push."""
    return connector.push(batch) if isinstance(connector, Pushes) else None


@hookimpl(trylast=True)
def hub_recall(connector: Connector, batch: Sequence[Outgoing]) -> Sequence[Outcome] | None:
    """Let the connector ask."""
    return connector.recall(batch) if isinstance(connector, Recalls) else None


@hookimpl(trylast=True)
def hub_pull(connector: Connector, cursor: str | None) -> Page | None:
    """Let the connector pull."""
    return connector.pull(cursor) if isinstance(connector, Pulls) else None


@hookimpl(trylast=True)
def hub_receive(connector: Connector, request: Request) -> Receipt | None:
    """Let the connector read the call."""
    return connector.receive(request) if isinstance(connector, Receives) else None


@hookimpl(trylast=True)
def hub_check(connector: Connector) -> Health | None:
    """Let the connector look."""
    return connector.check()
