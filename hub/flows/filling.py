"""Filling: what a channel that is new, or lets more through than before, does not get by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.domain.routing import Routing
from hub.flows.operate import find_channel
from hub.sdk.connector import Lists, Recalls, Sums
from hub.store import records

if TYPE_CHECKING:
    from hub.flows.context import Context
    from hub.sdk.connector import Connector


def finds_records(context: Context, name: str) -> bool:
    """Tell whether records are here already that the channel could be told. Raises NotPossible, UnknownConnector."""
    kinds = Routing.read(find_channel(context, name)["routing"]).kinds
    with context.store.reading() as connection:
        return any(
            records.page(connection, kind, limit=1)
            for kind in _connector(context, name).accepts
            if not kinds or kind in kinds
        )


def reconciles(context: Context, name: str) -> bool:
    """Tell whether the channel's partner can be asked what it holds, so that reconciling sends what it lacks."""
    return issubclass(_connector(context, name), (Sums, Lists, Recalls))


def _connector(context: Context, name: str) -> type[Connector]:
    return context.plugins.catalogue.entry(find_channel(context, name)["connector"]).connector
