"""The composition root: the only place that knows all parts."""

from __future__ import annotations

import os
import secrets
import socket
from typing import TYPE_CHECKING, Any

from hub.domain.vault import Vault
from hub.flows.channels import Channels
from hub.flows.context import Context
from hub.plugging.manager import load
from hub.store.engine import Store
from hub.store.steady import SteadyClock
from hub.store.wake import Waker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.config import Settings
    from hub.plugging.manager import Plugins
    from hub.sdk.types import Clock

MOST_CONNECTIONS = 20  # kept by one process; ten more may be opened for a while
LINK = "attachment link"  # what attachment signatures are for


def build(
    settings: Settings, *, clock: Clock | None = None, wall: Clock | None = None, plugins: Plugins | None = None
) -> Context:
    """Put a process together. Opens no connection yet. Raises PluginError, SettingsError.

    clock: the hub's time itself, for tests; wall: the machine's clock, from which that time is otherwise kept steady.
    """
    vault = Vault(settings.require_secret_key())
    store = Store(
        settings.database_url,
        connections=min(settings.web_threads // 2 + 4, MOST_CONNECTIONS),
        pooled=settings.database_pooled,
        direct_url=settings.direct_database_url,
        there=True,
    )
    clock = clock or SteadyClock(store, wall=wall)
    plugins = plugins or load(blocked=settings.block_plugins, trace=settings.trace_plugins)
    channels = Channels(
        store, plugins.catalogue, vault=vault, clock=clock, link=attachment_link(vault, settings.public_url)
    )
    return Context(store, plugins, channels, clock, settings, vault, _node(), Waker(store))


def attachment_link(vault: Vault, public_url: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes the address of an attachment: the hub's own, signed, for files it keeps; else as given."""

    def link(attachment: Mapping[str, Any]) -> str:
        url = str(attachment.get("url", ""))
        if not url.startswith("/v1/attachments/"):
            return url
        sha256 = url.rsplit("/", 1)[1]
        return f"{public_url}/files/{sha256}/{vault.sign(LINK, sha256)}"

    return link


def _node() -> str:
    """Name this process: never the same twice, so that no worker takes another for itself."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
