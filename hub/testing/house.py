"""A hub in one process for tests: a context on a given database, and channels to the echo partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import wiring
from hub.config import Settings
from hub.domain import vault
from hub.plugging.manager import Plugins
from hub.store import channels
from hub.testing import partner
from hub.testing.partner.simulator import SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.context import Context
    from hub.sdk.simulator import Simulator
    from hub.sdk.types import Clock

KEY = "a key that only tests have, and long enough"
QUICK: Mapping[str, Any] = {"schedule": [0.01], "poll_seconds": 0.05, "breaker_seconds": 0.05, "read_timeout": 2.0}


def build(url: str, *, clock: Clock | None = None, plugins: Plugins | None = None, **settings: Any) -> Context:
    """Put a hub together; the only plugin is the echo partner unless others are given."""
    if plugins is None:
        plugins = Plugins()
        plugins.register(partner)
    return wiring.build(Settings(database_url=url, secret_key=KEY, **settings), clock=clock, plugins=plugins)


def add_echo(
    context: Context,
    name: str,
    simulator: Simulator,
    *,
    routing: Mapping[str, Any] | None = None,
    politeness: Mapping[str, Any] | None = None,
    **settings: Any,
) -> None:
    """Configure a channel to an echo simulator; retries and polls are quick."""
    schema = context.plugins.catalogue.entry("echo").connector.settings_schema
    kept = vault.sealed(context.vault, {"url": simulator.url, "secret": SECRET, **settings}, schema)
    values = {
        "connector": "echo",
        "settings": kept,
        "routing": dict(routing or {}),
        "politeness": {**QUICK, **(politeness or {})},
    }
    context.store.write(lambda connection: channels.put(connection, name, values, now=context.now()))
    context.channels.forget()


def dossier(number: int = 1, **more: Any) -> dict[str, Any]:
    """A valid dossier as a district system would send it."""
    return {
        "code": f"H56.14-260511-{number:04}",
        "procedure": {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"},
        "agencies": {
            "received": {"id": "H56.14", "name": "Ủy ban nhân dân xã Mẫu"},
            "competent": {"id": "H56.14", "name": "Ủy ban nhân dân xã Mẫu"},
        },
        "applicant": {"type": "citizen", "name": "NGUYỄN VĂN MẪU"},
        "channel": "counter",
        "received_at": "2026-05-11T08:30:00+07:00",
        "due_at": "2026-05-11T17:00:00+07:00",
        "modified_at": "2026-05-11T08:30:00+07:00",
        **more,
    }


def event(status: str, at: str, **more: Any) -> dict[str, Any]:
    """A valid event; `at` is the time of 11 May 2026."""
    return {"occurred_at": f"2026-05-11T{at}:00+07:00", "status": status, **more}
