"""The national public-service portal, generation A (2019–2025): dossiers and procedures up and down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Connector


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    from plugins.national_portal.connector import NationalPortal

    register(NationalPortal)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    from plugins.national_portal.simulator import NationalPortalSimulator

    register("national_portal", NationalPortalSimulator)
