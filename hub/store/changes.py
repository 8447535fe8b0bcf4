"""The change feed: every new version, in an order that no late transaction can slip behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select, text, tuple_

from hub.domain.routing import agency_of
from hub.store import bulk
from hub.store.tables import change, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from hub.domain.messages import Held
    from hub.store.engine import Store


LARGEST = 2**63 - 1  # what a column of the databases holds


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the feed; its text is the cursor that clients hand back."""

    transaction_id: int = -1
    sequence: int = 0

    def __str__(self) -> str:
        """As clients see it; they must not read anything into it."""
        return f"{self.transaction_id}-{self.sequence}" if self.transaction_id >= 0 else "0"

    @classmethod
    def read(cls, cursor: str) -> Position:
        """Parse a cursor; "" and "0" are the beginning. Raises ValueError."""
        if cursor in {"", "0"}:
            return cls()
        transaction_id, _, sequence = cursor.partition("-")
        if not (cursor.isascii() and transaction_id.isdigit() and sequence.isdigit()):
            raise ValueError("a cursor is what the feed gave, or 0")
        position = cls(int(transaction_id), int(sequence))
        if max(position.transaction_id, position.sequence) > LARGEST:
            raise ValueError("no feed has gone so far")
        return position


def told(changed: Sequence[tuple[Held, str, str]], *, now: int) -> bulk.Insert:
    """Return what to write: one line per (record, word, source), in the transaction that saves the records."""
    rows = [
        {
            "kind": held.kind,
            "key": held.key,
            "version": held.version,
            "word": word,
            "source": source,
            "agency": agency_of(held.kind, held.document),
            "digest": held.digest,
            "events": orjson.dumps(held.new_events).decode(),
            "at": now,
        }
        for held, word, source in changed
    ]
    return bulk.Insert(change, rows, numbered=True)


def after(
    store: Store, connection: Connection, position: Position, *, limit: int, documents: bool = True
) -> Sequence[RowMapping]:
    """Return the lines after a position, oldest first, with the record's present `document` (JSON text).

    Lines at or above the horizon are left for later: a transaction still open may write before them.
    """
    return lines(connection, position, horizon=store.horizon(connection), limit=limit, documents=documents)


def lines(
    connection: Connection, position: Position, *, horizon: int | None, limit: int, documents: bool = False
) -> Sequence[RowMapping]:
    """Return the lines after a position, as `after` does. horizon None: nobody else writes.

    SQLite looks for a pair of columns by the first alone, and would read the feed from its beginning: there the rest of
    the position's transaction is read first, then what comes after that transaction.
    """
    columns = [change, record.c.document] if documents else [change]
    query = select(*columns).order_by(change.c.transaction_id, change.c.sequence)
    if documents:
        query = query.join(record, (record.c.kind == change.c.kind) & (record.c.key == change.c.key))
    if horizon is not None:
        query = query.where(change.c.transaction_id < horizon)
    if connection.dialect.name == "postgresql":
        here = tuple_(change.c.transaction_id, change.c.sequence)
        parts = [query.where(here > tuple_(position.transaction_id, position.sequence))]
    else:
        parts = [
            query.where(change.c.transaction_id == position.transaction_id, change.c.sequence > position.sequence),
            query.where(change.c.transaction_id > position.transaction_id),
        ]
    found: list[RowMapping] = []
    for part in parts:
        if len(found) < limit:
            found += connection.execute(part.limit(limit - len(found))).mappings()
    return found


def end(store: Store, connection: Connection) -> Position:
    """Return the newest position that can be read now: where a listener starts who wants only what comes."""
    row = connection.execute(
        text(
            "SELECT transaction_id, sequence FROM change WHERE transaction_id < :horizon "
            "ORDER BY transaction_id DESC, sequence DESC LIMIT 1"
        ),
        {"horizon": store.horizon(connection)},
    ).first()
    return Position(row.transaction_id, row.sequence) if row else Position()
