"""Who calls: finds the client of a key, believing what it saw for a few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.messages import Role, Source
from hub.domain.scope import Scope
from hub.flows import client_keys
from hub.store import clients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.context import Context

FRESH_SECONDS = 5.0  # how soon a revoked key stops everywhere
MOST_KEYS = 1_000  # kept at a time


@dataclass(frozen=True, slots=True)
class Client:
    """A caller whose key was right."""

    name: str
    scope: Scope
    source: Source


class KeyRing:
    """Thread-safe: entries are replaced whole. Wrong ids are not kept, so nobody can fill it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: dict[str, tuple[float, Mapping[str, Any], Client]] = {}

    def client(self, authorization: str) -> Client | None:
        """Return the client of an Authorization header, or None."""
        scheme, _, token = authorization.partition(" ")
        halves = client_keys.split(token.strip()) if scheme.lower() == "bearer" else None
        found = self._look(halves[0]) if halves else None
        if halves is None or found is None:
            return None
        row, client = found
        if not client_keys.fits(halves[1], row["hash"]) or row["disabled"] or row["revoked_at"] is not None:
            return None
        if row["expires_at"] is not None and row["expires_at"] <= self._context.now():
            return None
        return client

    def forget(self) -> None:
        """Look at the database at the next use."""
        self._seen.clear()

    def _look(self, key_id: str) -> tuple[Mapping[str, Any], Client] | None:
        known = self._seen.get(key_id)
        if known and time.monotonic() - known[0] < FRESH_SECONDS:
            return known[1], known[2]
        with self._context.store.reading() as connection:
            row = clients.by_key(connection, key_id)
        if row is None:
            self._seen.pop(key_id, None)
            return None
        name = row["client"]
        client = Client(name, Scope.read(row["scopes"]), Source(name, Role.CLIENT))
        if len(self._seen) >= MOST_KEYS:
            self._seen.clear()
        self._seen[key_id] = (time.monotonic(), row, client)
        return row, client
