"""The plugin manager: finds, checks and asks plugins; every hook has a typed method, so that callers see signatures."""

from __future__ import annotations

import warnings
from functools import wraps
from importlib import metadata
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pluggy
import structlog

from hub.plugging import defaults
from hub.plugging.catalogue import Catalogue, Origin
from hub.plugging.checks import plugin_problems
from hub.plugging.errors import PluginError
from hub.plugging.outcomes import one_each
from hub.plugging.register import ConnectorRegister, SimulatorRegister
from hub.plugging.trace import Trace
from hub.sdk import Health, HealthWord, Recalls, hookspecs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import ModuleType

    from hub.sdk import Connector, Incoming, Item, Outcome, Outgoing, Page, Receipt, Request
    from hub.sdk.simulator import Simulator

GROUP = "hub.plugins"
HUB = Origin("hub")
Given = ParamSpec("Given")
Returned = TypeVar("Returned")

log = structlog.get_logger("hub.plugging")


def load(
    *,
    blocked: Iterable[str] = (),
    trace: bool = False,
    found: Iterable[metadata.EntryPoint] | None = None,
) -> Plugins:
    """Load the hub's own plugin and all installed ones by name. Raises PluginError telling of every refused one."""
    plugins = Plugins(blocked=blocked, trace=Trace() if trace else None)
    entries = metadata.entry_points(group=GROUP) if found is None else found
    wrong: list[str] = []
    for entry in sorted(entries, key=lambda each: (each.name, each.value)):
        try:
            plugins.load_entry(entry)
        except PluginError as problem:
            wrong.extend(problem.sentences)
    if wrong:
        raise PluginError(wrong)
    return plugins


def _no_exit(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """A plugin that calls exit has a defect; it does not end the hub."""

    @wraps(function)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        try:
            return function(*args, **kwargs)
        except SystemExit as problem:
            raise RuntimeError("a plugin called exit") from problem

    return guarded


class Plugins:
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

    # -- loading ------------------------------------------------------------------------------------------------------

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
                    self._one("hub_register_simulators", name, register=SimulatorRegister(found, self.catalogue))
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
            self._one("hub_register_connectors", origin.plugin, register=ConnectorRegister(self.catalogue, origin))
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

    def _one(self, hook: str, plugin: str, **arguments: Any) -> None:
        """Call a hook of one plugin only."""
        others = [each for name, each in self._manager.list_name_plugin() if name != plugin and each is not None]
        self._manager.subset_hook_caller(hook, others)(**arguments)

    # -- steps --------------------------------------------------------------------------------------------------------

    @_no_exit
    def map_out(self, connector: Connector, kind: str, document: Mapping[str, Any]) -> Any:
        """Express a record in the partner's form. Raises Unmappable."""
        return self._manager.hook.hub_map(connector=connector, direction="out", kind=kind, document=document)

    @_no_exit
    def map_in(self, connector: Connector, item: Item) -> Sequence[Incoming]:
        """Express an item of the partner as documents and events. Raises Unmappable."""
        mapped = self._manager.hook.hub_map(connector=connector, direction="in", kind="", document=item)
        return list(mapped or ())

    @_no_exit
    def push(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Tell the partner: one outcome per delivery, in the batch's order. Raises what the connector raises."""
        return one_each(batch, self._manager.hook.hub_push(connector=connector, batch=batch))

    @_no_exit
    def recall(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Ask the partner what it holds: one outcome per delivery. Raises what the connector raises."""
        return one_each(batch, self._manager.hook.hub_recall(connector=connector, batch=batch))

    @_no_exit
    def look_up(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Ask the partner, to reconcile, what it really holds. Raises what the connector raises."""
        return one_each(batch, connector.look_up(batch) if isinstance(connector, Recalls) else None)

    @_no_exit
    def pull(self, connector: Connector, cursor: str | None) -> Page | None:
        """Bring the next page; None: the connector does not pull. Raises ConnectorError."""
        page: Page | None = self._manager.hook.hub_pull(connector=connector, cursor=cursor)
        return page

    @_no_exit
    def receive(self, connector: Connector, request: Request) -> Receipt | None:
        """Read an inbound call; None: the connector is not called. Raises Refused."""
        receipt: Receipt | None = self._manager.hook.hub_receive(connector=connector, request=request)
        return receipt

    def check(self, connector: Connector) -> Health:
        """Look how the partner is; never raises."""
        try:
            health = self._manager.hook.hub_check(connector=connector)
        except (Exception, SystemExit) as problem:
            log.exception("connector.check_failed", connector=connector.name, channel=connector.tools.channel)
            return Health(HealthWord.DOWN, f"The check itself failed ({type(problem).__name__}); see the log.")
        return health if isinstance(health, Health) else Health(HealthWord.DEGRADED, "The check gave no answer.")

    # -- observation --------------------------------------------------------------------------------------------------

    def delivery_settled(self, channel: str, settled: Sequence[Mapping[str, Any]]) -> None:
        """Tell plugins what a batch came to."""
        self.notify("hub_delivery_settled", channel=channel, settled=settled)

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observation hook, one plugin at a time; what goes wrong is logged with the plugin's name."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                self._one(hook, implementation.plugin_name, **arguments)
            except (Exception, SystemExit):
                log.exception("plugin.failed", plugin=implementation.plugin_name, hook=hook)


def _told(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"
