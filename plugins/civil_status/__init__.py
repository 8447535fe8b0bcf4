"""Births, deaths and marriages to the Ministry of Justice's civil-status software, and its decisions back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hub.sdk import Connector


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Register the connector."""
    from plugins.civil_status.connector import CivilStatusConnector

    register(CivilStatusConnector)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """Register the software's stand-in."""
    from plugins.civil_status.simulator import CivilStatusSimulator

    register("civil_status", CivilStatusSimulator)
