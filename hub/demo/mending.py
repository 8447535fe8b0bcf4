"""The demo's operator: replays what is parked, and asks the partner about what nobody knows the end of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.flows.operate import replay
from hub.store import delivery_views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.demo.partners import Partner
    from hub.flows.context import Context

ACTOR = "demo:operator"
PAGE = 500


def mend(context: Context, partners: Sequence[Partner]) -> int:
    """Do what an operator does with parked deliveries; return how many were mended."""
    return sum(_mend(context, partner) for partner in partners)


def _mend(context: Context, partner: Partner) -> int:
    count = replay(context, {"channel": partner.channel}, actor=ACTOR)
    filters = {"channel": partner.channel, "state": "parked", "reason": "uncertain"}
    with context.store.reading() as connection:
        rows = delivery_views.page(connection, filters=filters, limit=PAGE)
    held = partner.holdings() if rows else {}
    for row in rows:
        came = _came(orjson.loads(row["acknowledged"]), held.get(f"{row['kind']}/{row['key']}"))
        word = "came" if came else "resend"
        count += replay(context, {"id": row["id"]}, actor=ACTOR, resolve=word)
    return count


def _came(memo: Mapping[str, Any], held: Mapping[str, Any] | None) -> bool:
    """Ask the partner, as an operator would by telephone: did the message that was begun come?"""
    begun = memo.get("uncertain")
    return bool(begun and held and begun.get("text") in held.get("messages", ()))
