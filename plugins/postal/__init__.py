"""VNPost's public-administration service over the national bus (NGSP): orders to fetch papers and bring results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Connector


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    from plugins.postal.connector import Postal

    register(Postal)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    from plugins.postal.simulator import PostalSimulator

    register("postal", PostalSimulator)
