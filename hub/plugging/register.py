"""What a plugin is handed to register with: small, typed, says no with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.plugging.checks import connector_problems
from hub.plugging.errors import PluginError
from hub.sdk.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.plugging.catalogue import Catalogue, Origin
    from hub.sdk import Connector


class ConnectorRegister:
    """Takes the connector classes of one plugin."""

    def __init__(self, catalogue: Catalogue, origin: Origin) -> None:
        self._catalogue = catalogue
        self._origin = origin

    def __call__(self, connector: type[Connector]) -> None:
        """Register one class. Raises PluginError."""
        problems = connector_problems(connector)
        if not problems and connector.name in self._catalogue:
            owner = self._catalogue.entry(connector.name).origin
            problems = [f"the connector name {connector.name} is taken by the {owner}."]
        if problems:
            raise PluginError(problems)
        self._catalogue.add(connector, self._origin)


class SimulatorRegister:
    """Takes the simulator classes of one plugin."""

    def __init__(self, simulators: dict[str, Callable[..., Simulator]], catalogue: Catalogue) -> None:
        self._simulators = simulators
        self._catalogue = catalogue

    def __call__(self, connector_name: str, simulator: Callable[..., Any]) -> None:
        """Register the stand-in of one connector's partner. Raises PluginError."""
        if connector_name not in self._catalogue:
            raise PluginError([f"the simulator {connector_name} has no connector of that name."])
        if connector_name in self._simulators:
            raise PluginError([f"the simulator {connector_name} is registered twice."])
        if not (isinstance(simulator, type) and issubclass(simulator, Simulator)):
            raise PluginError([f"the simulator {connector_name} is no subclass of hub.sdk.simulator.Simulator."])
        self._simulators[connector_name] = simulator
