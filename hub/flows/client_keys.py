"""Client keys: made here, shown once, kept only as hashes.

A key is `lt_<id>_<secret>`; the id is public and finds the row, of the secret only its SHA-256 is kept. It has 256
random bits, so that a slow password hash would protect nothing more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from hub.flows.context import milliseconds
from hub.store import clients

if TYPE_CHECKING:
    from datetime import datetime

    from hub.flows.context import Context

PREFIX = "lt"
ID_BYTES, SECRET_BYTES = 6, 32


def issue(context: Context, client: str, expires_at: datetime | None = None) -> str:
    """Make a key for a client and return it: it can never be shown again. Earlier keys stay valid (rotation)."""
    key_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    until = None if expires_at is None else milliseconds(expires_at)
    now = context.now()
    context.store.write(
        lambda connection: clients.add_key(
            connection, client, key_id=key_id, digest=digest(secret), now=now, expires_at=until
        )
    )
    return f"{PREFIX}_{key_id}_{secret}"


def split(token: str) -> tuple[str, str] | None:
    """Return (id, secret) of a key, or None: it is not one."""
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    return (key_id, secret) if prefix == PREFIX and key_id and secret and token.isascii() else None


def fits(secret: str, kept: str) -> bool:
    """Compare a secret with the hash that is kept, in constant time."""
    return hmac.compare_digest(digest(secret), kept)


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
