"""Which life of the database this is. A restore from a backup begins a new one.

An epoch has an id that nobody can confuse with another, a number, and, until its publishers have sent again what the
backup did not have, a hold: nothing is delivered, so that nothing goes backwards at any partner.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete, insert, select, update

from hub.store import bulk
from hub.store.tables import hub_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

EPOCH, HELD, OFFSET = "epoch", "held", "transaction_offset"
OFFSET_BITS = 44  # no cluster counts that many transactions in one life
MOMENT_BITS = 20  # nor that many in a millisecond


@dataclass(frozen=True, slots=True)
class Epoch:
    """`restored_at` (ms) is None in the first life, which began with an empty database."""

    id: str
    number: int
    restored_at: int | None = None


def read(connection: Connection, name: str) -> Any:
    """Return a fact about this database, or None."""
    value = connection.execute(select(hub_state.c.value).where(hub_state.c.name == name)).scalar_one_or_none()
    return None if value is None else orjson.loads(value)


def write(connection: Connection, name: str, value: Any, *, now: int) -> None:
    """Write a fact down."""
    values = {"value": orjson.dumps(value).decode(), "updated_at": now}
    if not connection.execute(update(hub_state).where(hub_state.c.name == name).values(**values)).rowcount:
        connection.execute(insert(hub_state), {"name": name, **values})


def locked(connection: Connection, name: str, otherwise: Any) -> Any:
    """Return a fact that this transaction alone may change, made as `otherwise` when it is not there yet."""
    row = [{"name": name, "value": orjson.dumps(otherwise).decode(), "updated_at": 0}]
    bulk.insert(connection, hub_state, row, conflict="ON CONFLICT DO NOTHING")
    query = select(hub_state.c.value).where(hub_state.c.name == name).with_for_update()
    return orjson.loads(connection.execute(query).scalar_one())


def forget(connection: Connection, name: str) -> None:
    """Drop a fact."""
    connection.execute(delete(hub_state).where(hub_state.c.name == name))


def present(connection: Connection) -> Epoch:
    """Return the present epoch; a database that was never restored is in its first, whose id is "first"."""
    known = read(connection, EPOCH)
    return Epoch(**known) if known else Epoch("first", 1)


def begin(connection: Connection, *, now: int) -> Epoch:
    """Begin a new epoch after a restore, held until `release`.

    Positions of the feed leap ahead of every cursor the lost life may have given away, and of the numbers of
    transactions the backup was made under (a new PostgreSQL cluster counts from the beginning again). The backup knows
    nothing of the lives that were lost since, when it is restored a second time: so the leap goes by the time too.
    """
    epoch = Epoch(secrets.token_hex(6), present(connection).number + 1, now)
    leap = max((read(connection, OFFSET) or 0) + (1 << OFFSET_BITS), now << MOMENT_BITS)
    write(connection, EPOCH, asdict(epoch), now=now)
    write(connection, OFFSET, leap, now=now)
    write(connection, HELD, {"since": now}, now=now)
    return epoch


def is_held(connection: Connection) -> bool:
    """Tell whether deliveries are held back after a restore: one look-up by key."""
    return read(connection, HELD) is not None


def release(connection: Connection) -> None:
    """Let deliveries go."""
    forget(connection, HELD)


def restored(connection: Connection) -> Epoch:
    """Tell this database that it was restored from a backup (`hub restore`); see hub.store.restored."""
    from hub.store import look_out
    from hub.store import restored as subject

    return subject.begin(connection, now=look_out.clock(connection))
