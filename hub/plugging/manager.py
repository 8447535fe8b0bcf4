"""The plugin manager: loads plugins and asks them; every hook has a typed method, so that callers see signatures."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import structlog

from hub.plugging.errors import PluginError
from hub.plugging.no_exit import no_exit
from hub.plugging.outcomes import one_each
from hub.plugging.registered import Registered
from hub.plugging.trace import Trace
from hub.sdk import Health, HealthWord, Recalls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.sdk import Connector, Incoming, Item, Outcome, Outgoing, Page, Receipt, Request

GROUP = "hub.plugins"

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


class Plugins(Registered):
    """The plugins of one process, and what they can be asked."""

    # -- steps --------------------------------------------------------------------------------------------------------

    @no_exit
    def map_out(self, connector: Connector, kind: str, document: Mapping[str, Any]) -> Any:
        """Express a record in the partner's form. Raises Unmappable."""
        return self._manager.hook.hub_map(connector=connector, direction="out", kind=kind, document=document)

    @no_exit
    def map_in(self, connector: Connector, item: Item) -> Sequence[Incoming]:
        """Express an item of the partner as documents and events. Raises Unmappable."""
        mapped = self._manager.hook.hub_map(connector=connector, direction="in", kind="", document=item)
        return list(mapped or ())

    @no_exit
    def push(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Tell the partner: one outcome per delivery, in the batch's order. Raises what the connector raises."""
        return one_each(batch, self._manager.hook.hub_push(connector=connector, batch=batch))

    @no_exit
    def recall(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Ask the partner what it holds: one outcome per delivery. Raises what the connector raises."""
        return one_each(batch, self._manager.hook.hub_recall(connector=connector, batch=batch))

    @no_exit
    def look_up(self, connector: Connector, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Ask the partner, to reconcile, what it really holds. Raises what the connector raises."""
        return one_each(batch, connector.look_up(batch) if isinstance(connector, Recalls) else None)

    @no_exit
    def pull(self, connector: Connector, cursor: str | None) -> Page | None:
        """Bring the next page; None: the connector does not pull. Raises ConnectorError."""
        page: Page | None = self._manager.hook.hub_pull(connector=connector, cursor=cursor)
        return page

    @no_exit
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
                self.one(hook, implementation.plugin_name, **arguments)
            except (Exception, SystemExit):
                log.exception("plugin.failed", plugin=implementation.plugin_name, hook=hook)
