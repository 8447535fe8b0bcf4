"""Filling: what a channel that is new, or lets more through than before, does not get by itself."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hub.domain.routing import Routing
from hub.flows.operate import find_channel
from hub.sdk.connector import Lists, Recalls, Sums
from hub.store import records

if TYPE_CHECKING:
    from hub.flows.context import Context

ASKABLE = (Sums, Lists, Recalls)


class Filling(StrEnum):
    """How records that are here already come to a channel."""

    NONE = "none"  # there are none that it could be told
    RECONCILE = "reconcile"  # when somebody reconciles it
    CHANGES = "changes"  # each with its next change: the partner cannot be asked what it holds


def filling(context: Context, name: str) -> Filling:
    """Tell how this channel comes to hold what is here already. Raises NotPossible, UnknownConnector."""
    row = find_channel(context, name)
    connector = context.plugins.catalogue.entry(row["connector"]).connector
    kinds = [kind for kind in connector.accepts if kind in (Routing.read(row["routing"]).kinds or connector.accepts)]
    with context.store.reading() as connection:
        if not any(records.page(connection, kind, limit=1) for kind in kinds):
            return Filling.NONE
    return Filling.RECONCILE if issubclass(connector, ASKABLE) else Filling.CHANGES
