"""Operate: what people change on a running hub; each change stands in the ledger with who made it.

The command line and the console share these. Processes notice changed channels within half a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain import vault
from hub.flows.wishes import NotPossible, Wish, check_name, check_wish, kept_secrets, not_taken
from hub.store import channels, clients, delivery_views, ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from hub.flows.context import Context

__all__ = [
    "NotPossible",
    "Wish",
    "check_name",
    "find_channel",
    "note",
    "pause",
    "put_channel",
    "remove_channel",
    "replay",
    "resume",
    "shown_channel",
]

FIRST_SECOND = 1_700_000_000  # versions of channels count from here; see _version


def note(context: Context, connection: Connection, actor: str, line: Sequence[Any]) -> None:
    """Write one line of evidence in the transaction of what it tells."""
    ledger.append(connection, what="operated", actor=actor, content=[list(line)], now=context.now())


def put_channel(context: Context, name: str, wish: Wish, *, actor: str) -> str:
    """Add or change a channel; return created, updated or unchanged. Raises NotPossible, UnknownConnector."""
    check_name(name)
    schema = context.plugins.catalogue.entry(wish.connector).connector.settings_schema

    def write(connection: Connection) -> str:
        known = channels.find(connection, name)
        if known is None:
            not_taken(name, taken=clients.is_there(connection, name))
        kept = known["settings"] if known and known["connector"] == wish.connector else {}
        settings = kept_secrets(context, wish.settings, kept, schema)
        check_wish(context, wish, settings)
        values: dict[str, Any] = {
            "connector": wish.connector,
            "settings": settings,
            "routing": dict(wish.routing),
            "politeness": dict(wish.politeness),
        }
        if known is None:
            values["version"] = _version(context)
        word = channels.put(connection, name, values, now=context.now())
        if word != "unchanged":
            note(context, connection, actor, ["channel", name, word])
        return word

    return context.store.write(write)


def pause(context: Context, name: str, *, why: str, actor: str) -> None:
    """Send nothing to a channel, and keep everything. Raises NotPossible."""
    _change(context, name, {"paused": True, "paused_why": why}, ["channel", name, "paused", why], actor)


def resume(context: Context, name: str, *, actor: str) -> None:
    """Let a channel catch up at its own pace. Raises NotPossible."""
    _change(context, name, {"paused": False, "paused_why": None}, ["channel", name, "resumed"], actor)


def remove_channel(context: Context, name: str, *, force: bool, actor: str) -> int:
    """Forget a channel and its deliveries (attempts stay as evidence); return how many. Raises NotPossible."""

    def write(connection: Connection) -> int:
        _find(connection, name)
        waiting = delivery_views.next_due(connection, [name])[name]
        if waiting is not None and not force:
            raise NotPossible(
                f"Records still wait for {name}; pause it, or say --force to give them up.",
                f"Vẫn còn hồ sơ chờ gửi tới {name}; hãy tạm dừng, hoặc dùng --force để bỏ.",
            )
        count = channels.remove(connection, name)
        note(context, connection, actor, ["channel", name, "removed", count])
        return count

    return context.store.write(write)


def replay(context: Context, filters: Mapping[str, Any], *, actor: str, resolve: str | None = None) -> int:
    """Let parked deliveries wait again; return how many. filters: id, channel, reason, kind, key.

    resolve: the operator's word on an uncertain one: "came" (it is there) or "resend" (it is not).
    """

    def write(connection: Connection) -> int:
        count = delivery_views.replay(connection, filters=filters, now=context.now(), resolve=resolve)
        if count:
            chosen = {name: value for name, value in filters.items() if value}
            note(context, connection, actor, ["deliveries", resolve or "replayed", chosen, count])
        return count

    return context.store.write(write)


def find_channel(context: Context, name: str) -> Mapping[str, Any]:
    """Return a channel's row. Raises NotPossible naming those there are."""
    with context.store.reading() as connection:
        return _find(connection, name)


def shown_channel(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """A channel as people may see it: no secret in it. What `channels export` writes and `apply` reads back."""
    schema: Mapping[str, Any] = {}
    if row["connector"] in context.plugins.catalogue:
        schema = context.plugins.catalogue.entry(row["connector"]).connector.settings_schema
    shown = vault.shown(row["settings"], schema) if schema else dict.fromkeys(row["settings"], vault.SHOWN)
    return {
        "connector": row["connector"],
        "settings": shown,
        "routing": row["routing"],
        "politeness": row["politeness"],
    }


def _version(context: Context) -> int:
    """A channel made anew under an old name must not look like the old one to processes that know that."""
    return context.now() // 1000 - FIRST_SECOND


def _change(context: Context, name: str, values: Mapping[str, Any], line: Sequence[Any], actor: str) -> None:
    def write(connection: Connection) -> None:
        _find(connection, name)
        channels.change(connection, name, values, now=context.now())
        note(context, connection, actor, line)

    context.store.write(write)


def _find(connection: Connection, name: str) -> Mapping[str, Any]:
    known = channels.find(connection, name)
    if known is None:
        names = ", ".join(row["name"] for row in channels.every(connection)) or "none"
        raise NotPossible(f"No channel is called {name}; there are: {names}.", f"Không có kênh nào tên {name}.")
    return known
