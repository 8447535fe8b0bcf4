"""Records: load what a batch touches, save what it made, read for the API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from hub.domain.messages import DERIVED, Claim, Held
from hub.domain.routing import agency_of
from hub.store import bulk
from hub.store.driver import run
from hub.store.tables import record
from hub.store.trouble import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, RowMapping

Key = tuple[str, str]  # kind, key

COLUMNS = "record.kind, record.key, record.version, record.document, record.claims, record.digest, record.origin"
LOAD_POSTGRESQL = (
    f"SELECT {COLUMNS} FROM record JOIN unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS wanted (kind, key) "  # noqa: S608
    "ON record.kind = wanted.kind AND record.key = wanted.key ORDER BY record.kind, record.key FOR UPDATE OF record"
)
LOAD_SQLITE = (
    f"SELECT {COLUMNS} FROM json_each(:wanted) AS wanted JOIN record "  # noqa: S608
    "ON record.kind = wanted.value ->> 0 AND record.key = wanted.value ->> 1"
)


def load(connection: Connection, wanted: Iterable[Key]) -> dict[Key, Held]:
    """Return the records of these keys, locked until the transaction ends; those not there are at version 0."""
    keys = sorted(set(wanted))
    if connection.dialect.name == "postgresql":
        rows = run(connection, LOAD_POSTGRESQL, {"kinds": [kind for kind, _ in keys], "keys": [k for _, k in keys]})
    else:
        rows = run(connection, LOAD_SQLITE, {"wanted": orjson.dumps(keys).decode()})
    found = {(row.kind, row.key): _held(row) for row in rows}
    return {(kind, key): found.get((kind, key)) or Held(kind, key) for kind, key in keys}


def save(
    connection: Connection, changes: Sequence[tuple[Held, Held]], *, now: int, also: Sequence[bulk.Insert] = ()
) -> None:
    """Write each (before, after). Raises Conflict when another process wrote one of them since `load`.

    also: what is written with them, in the same turn to the server.
    """
    fresh = [after for before, after in changes if before.version == 0]
    known = [(before, after) for before, after in changes if before.version > 0]
    as_text = partial(bulk.as_text, connection)
    new = [
        {"kind": one.kind, "key": one.key, "created_at": now, "origin": one.origin} | _row(one, now, as_text)
        for one in fresh
    ]
    raised = [
        {"kind": old.kind, "key": old.key, "version": old.version, "new_version": row.pop("version")} | row
        for old, row in ((before, _row(after, now, as_text)) for before, after in known)
    ]
    written, moved, *_ = bulk.write(
        connection,
        [
            bulk.Insert(record, new, "ON CONFLICT DO NOTHING"),
            bulk.Update(record, raised, ("kind", "key", "version")),
            *also,
        ],
    )
    if written != len(fresh) or moved != len(known):
        raise Conflict("a record was written by another process")


def _row(held: Held, now: int, as_text: Callable[[Any], Any]) -> dict[str, Any]:
    document = held.document
    return {
        "version": held.version,
        "document": as_text(document),
        "claims": as_text(_packed(held)),
        "digest": held.digest,
        "complete": held.complete,
        "agency": agency_of(held.kind, document),
        "status": document.get("status") or document.get("state") or "",
        "procedure": (document.get("procedure") or {}).get("code", ""),
        "updated_at": now,
    }


def _packed(held: Held) -> list[Any]:
    """Claims as they are kept; a single claim's body is the document itself and is not kept twice."""
    alone = len(held.claims) == 1
    return [[one.source, one.role, one.modified_at, None if alone else one.body] for one in held.claims]


def _held(row: Any) -> Held:
    document = orjson.loads(row.document)
    own = {name: value for name, value in document.items() if name not in DERIVED}
    claims = [Claim(source, role, at, body or own) for source, role, at, body in orjson.loads(row.claims)]
    return Held(row.kind, row.key, row.version, document, tuple(claims), row.digest, row.origin)


def find(connection: Connection, kind: str, key: str) -> RowMapping | None:
    """Return one record (columns by name, `document` as JSON text) or None."""
    return connection.execute(select(record).where(record.c.kind == kind, record.c.key == key)).mappings().first()


def page(connection: Connection, kind: str, *, after: str = "", limit: int = 100) -> Sequence[RowMapping]:
    """Return records in the order of their keys, those after `after`; filtered ones: hub.store.record_lists."""
    query = select(record).where(record.c.kind == kind, record.c.key > after).order_by(record.c.key).limit(limit)
    return connection.execute(query).mappings().all()
