"""The ledger: one entry tells what one transaction did; sealed entries form a hash chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import func, select

from hub.domain.chain import GENESIS, link
from hub.store import bulk
from hub.store.tables import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, RowMapping

    from hub.store.engine import Store


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the position and what was found there."""

    position: int
    sentence: str


def append(connection: Connection, *, what: str, actor: str, content: Sequence[Any], now: int) -> None:
    """Tell what this transaction does; `content` is JSON lines without personal data."""
    bulk.write(connection, [entry(what=what, actor=actor, content=content, now=now)])


def entry(*, what: str, actor: str, content: Sequence[Any], now: int) -> bulk.Insert:
    """Return what `append` writes."""
    row = {"what": what, "actor": actor, "at": now, "content": orjson.dumps(content).decode()}
    return bulk.Insert(ledger, [row], numbered=True)


def seal(store: Store, connection: Connection, *, limit: int = 1_000) -> int:
    """Chain the next entries that no open transaction can precede; return how many. One sealer at a time."""
    last = connection.execute(
        select(ledger.c.position, ledger.c.hash).where(
            ledger.c.position == select(func.max(ledger.c.position)).scalar_subquery()
        )
    ).first()
    position, previous = (last.position, last.hash) if last else (0, GENESIS)
    waiting = connection.execute(
        select(ledger)
        .where(ledger.c.position.is_(None), ledger.c.transaction_id < store.horizon(connection))
        .order_by(ledger.c.transaction_id, ledger.c.sequence)
        .limit(limit)
    ).mappings()
    rows = []
    for one in waiting:
        position += 1
        previous = _bound(previous, position, one)
        rows.append({"sequence": one["sequence"], "position": position, "hash": previous})
    bulk.update(connection, ledger, rows, where=("sequence",))
    return len(rows)


def sealed(connection: Connection, *, after: int = 0, limit: int = 1_000) -> Sequence[RowMapping]:
    """Return sealed entries in the order of the chain."""
    query = select(ledger).where(ledger.c.position > after).order_by(ledger.c.position).limit(limit)
    return connection.execute(query).mappings().all()


def breaks(connection: Connection) -> Iterator[Break]:
    """Walk the whole chain and yield every place where it does not hold."""
    position, previous = 0, GENESIS
    while entries := sealed(connection, after=position):
        for one in entries:
            if one["position"] != position + 1:
                yield Break(position + 1, "an entry is missing")
            position = one["position"]
            expected = _bound(previous, position, one)
            if one["hash"] != expected:
                yield Break(position, "the entry was altered")
            previous = one["hash"]


def _bound(previous: str, position: int, one: RowMapping) -> str:
    return link(previous, position, what=one["what"], actor=one["actor"], content=one["content"], at=one["at"])
