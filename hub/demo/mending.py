"""The demo's operator: replays what is parked, and asks the partner about what nobody knows the end of."""

from __future__ import annotations

from collections import Counter
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
PATIENCE = 6  # times that one delivery is replayed


class Operator:
    """Plays an operator, who does not replay the same delivery for ever."""

    def __init__(self, context: Context, partners: Sequence[Partner]) -> None:
        self._context, self._partners = context, partners
        self._replayed: Counter[int] = Counter()

    @property
    def mended(self) -> int:
        """How many deliveries were mended."""
        return len(self._replayed)

    def mend(self) -> None:
        """Let go what is parked."""
        for partner in self._partners:
            self._mend(partner)

    def _mend(self, partner: Partner) -> None:
        filters = {"channel": partner.channel, "state": "parked"}
        with self._context.store.reading() as connection:
            rows = delivery_views.page(connection, filters=filters, limit=PAGE)
        rows = [row for row in rows if self._replayed[row["id"]] < PATIENCE]
        held = partner.holdings() if any(row["reason"] == "uncertain" for row in rows) else {}
        for row in rows:
            word = None
            if row["reason"] == "uncertain":
                came = _came(orjson.loads(row["acknowledged"]), held.get(f"{row['kind']}/{row['key']}"))
                word = "came" if came else "resend"
            replay(self._context, {"id": row["id"]}, actor=ACTOR, resolve=word)
            self._replayed[row["id"]] += 1


def _came(memo: Mapping[str, Any], held: Mapping[str, Any] | None) -> bool:
    """Ask the partner, as an operator would by telephone: did the message that was begun come?"""
    begun = memo.get("uncertain")
    return bool(begun and held and begun.get("text") in held.get("messages", ()))
