"""The plugins that are registered: imported, checked, and refused as a whole when one part is not well."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pluggy
import structlog

from hub.plugging import defaults
from hub.plugging.catalogue import Catalogue, Origin
from hub.plugging.checks import plugin_problems
from hub.plugging.errors import PluginError
from hub.plugging.register import ConnectorRegister, SimulatorRegister
from hub.sdk import hookspecs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib import metadata
    from types import ModuleType

    from hub.plugging.trace import Trace
    from hub.sdk.simulator import Simulator

HUB = Origin("hub")

log = structlog.get_logger("hub.plugging")


class Registered:
    """The plugins of one process, and what they brought (`catalogue`)."""

    def __init__(
        self, *, blocked: Iterable[str] = (), trace: Trace | None = None, specs: ModuleType = hookspecs
    ) -> None:
        self.catalogue = Catalogue()
        self.origins: dict[str, Origin] = {}
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(specs)
        self._manager.register(defaults, name=HUB.plugin)
        self._simulators: dict[str, type[Simulator]] | None = None
        for name in blocked:
            self._manager.set_blocked(name)
        if trace:
            self._manager.add_hookcall_monitoring(trace.before, trace.after)

    def load_entry(self, entry: metadata.EntryPoint) -> None:
        """Import and register what an entry point names. Raises PluginError."""
        if self._manager.is_blocked(entry.name):
            log.info("plugin.blocked", plugin=entry.name)
            return
        distribution = entry.dist
        origin = Origin(entry.name, distribution.name, distribution.version) if distribution else Origin(entry.name)
        try:
            plugin = entry.load()
        except (Exception, SystemExit) as problem:
            raise PluginError([f"The {origin} cannot be imported: {_told(problem)}"]) from problem
        self.register(plugin, origin=origin)

    def register(self, plugin: object, *, origin: Origin | None = None) -> None:
        """Check and register one plugin with all its connectors. Raises PluginError; nothing of it stays then."""
        origin = origin or Origin(str(getattr(plugin, "__name__", type(plugin).__name__)))
        if self._manager.is_blocked(origin.plugin):
            return
        if self._manager.has_plugin(origin.plugin):
            owner = self.origins.get(origin.plugin, HUB)
            raise PluginError([f"The {origin} has the name of another plugin: {owner}."])
        problems = plugin_problems(plugin)
        if not problems:
            problems = self._take(plugin, origin)
        if problems:
            self._refuse(plugin, origin)
            raise PluginError(f"The {origin} is refused: {each}" for each in problems)
        self.origins[origin.plugin] = origin
        log.debug("plugin.loaded", plugin=origin.plugin, distribution=origin.distribution, version=origin.version)

    def simulators(self) -> Mapping[str, type[Simulator]]:
        """Return the partners' stand-ins by connector name. Raises PluginError."""
        if self._simulators is None:
            found: dict[str, Any] = {}
            for name, origin in self.origins.items():
                try:
                    self.one("hub_register_simulators", name, register=SimulatorRegister(found, self.catalogue))
                except (Exception, SystemExit) as problem:
                    raise PluginError([f"The {origin} is refused: {_told(problem)}"]) from problem
            self._simulators = dict(sorted(found.items()))
        return self._simulators

    def hooks_of(self, plugin: str) -> list[str]:
        """Return the names of the hooks a plugin implements."""
        registered = self._manager.get_plugin(plugin)
        return sorted(caller.name for caller in self._manager.get_hookcallers(registered) or [])

    def _take(self, plugin: object, origin: Origin) -> list[str]:
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                self._manager.register(plugin, name=origin.plugin)
            for each in told:
                log.warning("plugin.deprecated", plugin=origin.plugin, sentence=str(each.message))
            self._manager.check_pending()
            self.one("hub_register_connectors", origin.plugin, register=ConnectorRegister(self.catalogue, origin))
        except PluginError as problem:
            return list(problem.sentences)
        except pluggy.PluginValidationError as problem:
            return [" ".join(str(problem).split())]
        except (Exception, SystemExit) as problem:  # noqa: BLE001 (a stranger's code)
            return [f"it failed while it registered its connectors: {_told(problem)}"]
        return []

    def _refuse(self, plugin: object, origin: Origin) -> None:
        self.catalogue.remove(origin.plugin)
        if self._manager.is_registered(plugin):
            self._manager.unregister(plugin)

    def one(self, hook: str, plugin: str, **arguments: Any) -> None:
        """Call a hook of one plugin only."""
        others = [each for name, each in self._manager.list_name_plugin() if name != plugin and each is not None]
        self._manager.subset_hook_caller(hook, others)(**arguments)


def _told(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"
