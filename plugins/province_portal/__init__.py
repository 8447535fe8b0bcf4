"""A province's portal over its gateway: the Document API for dossiers and progress, procedures published upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Connector


@hookimpl
def hub_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    from plugins.province_portal.connector import ProvincePortal

    register(ProvincePortal)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    from plugins.province_portal.simulator import ProvincePortalSimulator

    register("province_portal", ProvincePortalSimulator)
