"""Every hook of the hub. A hook lets a plugin join in; a connector class is something. Prefix `hub_`.

A plugin takes only the arguments it needs. Mark each implementation with `@hookimpl`; give arguments no defaults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.sdk.connector import Connector
    from hub.sdk.outcomes import Outcome
    from hub.sdk.types import Health, Outgoing, Page, Receipt, Request

PROJECT = "hub"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# ---------------------------------------------------------------------------
# Registration: once per plugin, while it is loaded
# ---------------------------------------------------------------------------


@hookspec
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Register connector classes: call `register(MyConnector)` for each.

    Called once for each plugin while it is loaded. Returns nothing. `register` refuses a class whose name is taken or
    whose attributes are incomplete, with a sentence; that stops the start.
    """


@hookspec
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """Register the working stand-in of a partner: call `register(connector_name, SimulatorClass)`.

    Called once for each plugin when `hub simulate` or the demo asks. Returns nothing.
    """


# ---------------------------------------------------------------------------
# Steps: the road of the data. The hub's own implementation (last) asks the channel's connector
# ---------------------------------------------------------------------------


@hookspec(firstresult=True)
def hub_map(connector: Connector, direction: str, kind: str, document: Any) -> Any:
    """Map one document: direction "out" (kind and record's document to the partner's form) or "in" (an `Item`).

    Called before every push and after every pull or receipt. Return the mapped form ("in": a sequence of `Incoming`),
    or None: not mine. Stops at the first answer that is not None. Pure: no I/O, no clock. Raises Unmappable.
    """


@hookspec(firstresult=True)
def hub_push(connector: Connector, batch: Sequence[Outgoing]) -> Sequence[Outcome] | None:
    """Tell the partner. Return exactly one outcome per delivery, or None: not mine.

    Called without a transaction open. Stops at the first answer that is not None; wrappers may time or guard.
    A ConnectorError becomes the outcome of the whole batch by the tree in hub.sdk.errors.
    """


@hookspec(firstresult=True)
def hub_recall(connector: Connector, batch: Sequence[Outgoing]) -> Sequence[Outcome] | None:
    """Ask the partner, after a lost answer, what it holds. Return one outcome per delivery, or None: not mine.

    Stops at the first answer that is not None. Called without a transaction open, before anything is sent again.
    """


@hookspec(firstresult=True)
def hub_pull(connector: Connector, cursor: str | None) -> Page | None:
    """Bring the next page of what the partner sends down, or None: not mine.

    Stops at the first answer that is not None. The page's cursor is stored in the same transaction as its items.
    """


@hookspec(firstresult=True)
def hub_receive(connector: Connector, request: Request) -> Receipt | None:
    """Read an inbound call. Return a receipt, or None: not mine. Raises Refused: nothing is stored then.

    Stops at the first answer that is not None.
    """


@hookspec(firstresult=True)
def hub_check(connector: Connector) -> Health | None:
    """Look how the partner is, or None: not mine. Never raises, never alters data.

    Stops at the first answer that is not None.
    """


# ---------------------------------------------------------------------------
# Observation: after commit; cannot change anything
# ---------------------------------------------------------------------------


@hookspec
def hub_delivery_settled(channel: str, settled: Sequence[Mapping[str, Any]]) -> None:
    """Hear what a batch of deliveries came to: one mapping each with kind, key, version, outcome, reason, code.

    Called once per settled batch, after commit. Returns nothing; an exception is logged with the plugin's name and
    never reaches the hub.
    """
