"""Addresses taken apart: who is spoken to, and what is asked there."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from hub.sdk.errors import NotSent

PORTS = {"http": 80, "https": 443}
SAFE = "!#$%&'()*+,/:;=?@[]~"  # what stays as it is in a path or query
REMEMBERED = 1_024  # addresses taken apart


class Place(NamedTuple):
    """Who is spoken to. `name`: as the header Host tells it."""

    scheme: str
    host: str
    port: int
    name: str


@lru_cache(maxsize=REMEMBERED)
def place_of(url: str) -> tuple[Place, str]:
    """Take an address apart: who, and what is asked there. Raises NotSent."""
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme, parts.port or PORTS[parts.scheme]
        host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode()
        target = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE)}" if parts.query else "")
    except (KeyError, ValueError):
        host = ""
    if not host:
        raise NotSent("The address is no http or https address.")
    name = f"[{host}]" if ":" in host else host
    return Place(scheme, host, port, name if port == PORTS[scheme] else f"{name}:{port}"), target
