"""Text messages to citizens through Viettel's brand-name gateway (SOAP `wsCpMt`)."""

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
    from plugins.sms.connector import SmsConnector

    register(SmsConnector)


@hookimpl
def hub_register_simulators(register: Callable[[str, Callable[..., Any]], None]) -> None:
    """Register the gateway's stand-in."""
    from plugins.sms.simulator import SmsSimulator

    register("sms", SmsSimulator)
