"""A whole hub on a real database with one real plugin and its partner's simulator: what an operator works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.leases import Leases
from hub.flows.operate import Wish, put_channel
from hub.flows.pull import pull
from hub.plugging.manager import Plugins
from hub.sdk import Outgoing
from hub.store import delivery_views, records
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.delivering import deliver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from hub.domain.messages import Source
    from hub.flows.context import Context


class Installed:
    """One hub with one channel; its clock moves only when told."""

    def __init__(
        self, url: str, plugin: ModuleType, partner: Any, *, channel: str, connector: str, **settings: Any
    ) -> None:
        plugins = Plugins()
        plugins.register(plugin)
        self.clock = partner.clock if isinstance(partner.clock, SetClock) else SetClock()
        self.context: Context = house.build(url, clock=self.clock, plugins=plugins)
        self.partner, self.channel = partner, channel
        wish = Wish(connector, {**partner.settings(), **settings}, {}, {**house.QUICK})
        put_channel(self.context, channel, wish, actor="test")
        self.context.channels.forget()

    def close(self) -> None:
        self.context.waker.close()
        self.context.store.close()

    def put(self, kind: str, raw: Mapping[str, Any], source: Source) -> None:
        admitted = admit_document(kind, raw, source)
        assert not admitted.problems, admitted.problems
        assert admitted.message
        accept(self.context, [Unit([admitted.message], admitted.files)])

    def work(self, *, rounds: int = 5) -> None:
        """Let the worker try what falls due, `rounds` times."""
        for _ in range(rounds):
            self.clock.advance(seconds=60)
            deliver(self.context, self.used, limit=10, leases=Leases(self.context))

    def pull(self) -> None:
        """Bring down what the partner has to tell."""
        pull(self.context, self.used, go_on=lambda: True)

    def held(self, kind: str, key: str) -> dict[str, Any]:
        with self.context.store.reading() as connection:
            row = records.find(connection, kind, key)
        assert row is not None
        return dict(orjson.loads(row["document"]))

    @property
    def used(self) -> Any:
        return self.context.channels.get(self.channel)

    def delivery(self, kind: str, key: str) -> Mapping[str, Any]:
        with self.context.store.reading() as connection:
            rows = delivery_views.of_record(connection, kind, key)
        return next(dict(row) for row in rows if row["channel"] == self.channel)

    def equal(self, kind: str, key: str) -> bool:
        """Compare what the partner holds of a record with what it must hold."""
        with self.context.store.reading() as connection:
            row = records.find(connection, kind, key)
        assert row is not None
        document, standing = orjson.loads(row["document"]), self.delivery(kind, key)
        connector = self.used.connector
        outgoing = Outgoing(
            standing["id"],
            self.channel,
            kind,
            key,
            row["version"],
            document,
            self.context.plugins.map_out(connector, kind, document),
            standing["acknowledged_version"],
            orjson.loads(standing["acknowledged"]),
        )
        expected = connector.holding(outgoing)
        held = self.partner.holdings().get(f"{kind}/{key}")
        return bool((expected and orjson.loads(orjson.dumps(expected, default=dict))) == held)
