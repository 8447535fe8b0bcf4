"""Digests by which two sides find out whether they hold the same, without showing each other what.

`digest_of` is that of any JSON value. `portable` is a record as every hub must hold it: without what each hub works out
or stamps by itself, so that the digests of two hubs can be compared.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DERIVED = frozenset({"status", "status_at", "flags"})  # follow from the events
STAMPED = frozenset({"id", "source", "key"})  # of an event: each hub names its sources by itself
HALF = 32  # bits
MASK = (1 << HALF) - 1


def digest_of(value: Any) -> str:
    """Return SHA-256 of the value as canonical JSON (sorted keys)."""
    return hashlib.sha256(_canonical(value)).hexdigest()


def portable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record as every hub holds it: its fields, what each event says, files by their hash. Pure."""
    kept = {name: _plain(value) for name, value in document.items() if name not in DERIVED and name != "events"}
    if events := document.get("events"):
        bare = [{name: _plain(value) for name, value in event.items() if name not in STAMPED} for event in events]
        kept["events"] = sorted(bare, key=_canonical)
    return kept


def print_of(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return the portable record's print: two 32-bit halves, so that sums over millions stay within 64 bits."""
    return halves(digest_of(portable(document)))


def halves(digest: str) -> tuple[int, int]:
    """Return the print that belongs to a digest."""
    whole = int(digest[:16], 16)
    return whole & MASK, whole >> HALF


def summed(prints: Iterable[tuple[int, int]]) -> str:
    """Return the digest of a set of prints: the order does not matter, every single one does."""
    low = high = 0
    for one, other in prints:
        low, high = low + one, high + other
    return written(low, high)


def written(low: int, high: int) -> str:
    """Write the sums of prints as peers tell them to each other."""
    return f"{high:x}-{low:x}"


def _plain(value: Any) -> Any:
    """A file is its hash, wherever it is kept."""
    if isinstance(value, dict):
        anywhere = "sha256" in value
        return {
            name: _plain(inner) if isinstance(inner, (dict, list)) else inner
            for name, inner in value.items()
            if not (anywhere and name == "url")
        }
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=dict)
