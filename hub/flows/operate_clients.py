"""Operate on clients: scopes, keys and webhooks; each change stands in the ledger. Secrets are returned once."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

import orjson

from hub.domain.scope import Scope
from hub.flows import client_keys, public_address
from hub.flows.operate import NotPossible, check_name, note
from hub.flows.wishes import not_taken
from hub.store import changes, channels, clients, webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.flows.context import Context

SIGNING_BYTES = 24  # as Standard Webhooks recommends at least


def put_client(context: Context, name: str, *, title: str, scopes: Mapping[str, Any], actor: str) -> None:
    """Add a client, or change its title and scopes. Raises NotPossible."""
    check_name(name)
    try:
        Scope.read(scopes)
    except ValueError as problem:
        raise NotPossible(f"{problem}.") from None

    def write(connection: Connection) -> None:
        if not clients.is_there(connection, name):
            not_taken(name, taken=channels.find(connection, name) is not None)
        clients.put(connection, name, title=title, scopes=scopes, now=context.now())
        note(context, connection, actor, ["client", name, "put", dict(scopes)])

    context.store.write(write)


def add_key(context: Context, name: str, *, expires_at: datetime | None, actor: str) -> str:
    """Make a key; it can never be shown again. Raises NotPossible."""
    _must_be(context, name)
    key = client_keys.issue(context, name, expires_at)
    halves = client_keys.split(key)
    _note(context, actor, ["client", name, "key_made", halves[0] if halves else ""])
    return key


def revoke_key(context: Context, key_id: str, *, actor: str) -> None:
    """End a key. Raises NotPossible."""

    def write(connection: Connection) -> None:
        if not clients.revoke_key(connection, key_id, now=context.now()):
            raise NotPossible("There is no key with this id.", "Không có khóa nào mang mã này.")
        note(context, connection, actor, ["key", key_id, "revoked"])

    context.store.write(write)


def set_disabled(context: Context, name: str, *, disabled: bool, actor: str) -> None:
    """Let no key of a client in, or let them in again. Raises NotPossible."""
    _must_be(context, name)

    def write(connection: Connection) -> None:
        clients.disable(connection, name, disabled=disabled)
        note(context, connection, actor, ["client", name, "disabled" if disabled else "enabled"])

    context.store.write(write)


def set_webhook(context: Context, name: str, url: str, *, actor: str) -> str:
    """Tell a client of changes from now on; return the signing secret, once.

    A webhook that was there keeps its place in the feed, and its former secret signs too until the next change.
    Raises NotPossible.
    """
    _must_be(context, name)
    try:
        public_address.check(url, allow_private=context.settings.webhook_allow_private)
    except public_address.NotPublic as problem:
        raise NotPossible(f"The address cannot be called: {problem}.", "Không thể gọi tới địa chỉ này.") from None
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SIGNING_BYTES)).decode()

    def write(connection: Connection) -> None:
        known = webhooks.find(connection, name)
        former = orjson.loads(known["secrets"])[:1] if known else []
        start = known["cursor"] if known else str(changes.end(context.store, connection))
        kept = orjson.dumps([context.vault.seal(secret), *former]).decode()
        fresh = {"failures": 0, "due_at": context.now(), "paused": False, "detail": None}
        webhooks.put(connection, name, {"url": url, "secrets": kept, "cursor": start, **fresh})
        note(context, connection, actor, ["webhook", name, "set"])

    context.store.write(write)
    return secret


def remove_webhook(context: Context, name: str, *, actor: str) -> None:
    """Tell a client no more. Raises NotPossible."""

    def write(connection: Connection) -> None:
        if not webhooks.remove(connection, name):
            raise NotPossible(f"{name} has no webhook.", f"{name} không có webhook.")
        note(context, connection, actor, ["webhook", name, "removed"])

    context.store.write(write)


def _must_be(context: Context, name: str) -> None:
    with context.store.reading() as connection:
        names = [row["name"] for row in clients.every(connection)]
    if name not in names:
        there = ", ".join(names) or "none"
        raise NotPossible(f"No client is called {name}; there are: {there}.", f"Không có client nào tên {name}.")


def _note(context: Context, actor: str, line: Sequence[Any]) -> None:
    context.store.write(lambda connection: note(context, connection, actor, line))
