"""How one ledger entry is bound to the one before."""

from __future__ import annotations

import hashlib

import orjson

GENESIS = "0" * 64


def link(previous: str, position: int, *, what: str, actor: str, content: str, at: int) -> str:
    """Return the SHA-256 (hex) of the previous hash, the position and the entry's content."""
    said = orjson.dumps([previous, position, what, actor, content, at])
    return hashlib.sha256(said).hexdigest()
