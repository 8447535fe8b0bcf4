"""The change feed as one client may see it: what the API answers and what webhooks tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from hub.domain import times
from hub.store import changes, look_ups
from hub.store.changes import Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from hub.domain.scope import Scope
    from hub.flows.context import Context

WINDOW = 500  # lines looked at in one query
WINDOWS = 8  # queries for one answer: a client that sees little must not scan the whole feed in one request


@dataclass(frozen=True, slots=True)
class Portion:
    """Lines in the client's scope; `next` is where to go on, also past lines that were not for the client."""

    items: Sequence[Mapping[str, Any]]
    next: Position
    more: bool


def portion(context: Context, position: Position, scope: Scope, *, limit: int, documents: bool = True) -> Portion:
    """Read on from a position: no gap and no double, whatever is being written at the same time."""
    lines: list[RowMapping] = []
    with context.store.reading() as connection:
        for _ in range(WINDOWS):
            window = changes.after(context.store, connection, position, limit=WINDOW, documents=False)
            for line in window:
                position = Position(line["transaction_id"], line["sequence"])
                if scope.covers(line["kind"], line["agency"]):
                    lines.append(line)
                    if len(lines) == limit:
                        return Portion(_items(connection, lines, scope, documents=documents), position, more=True)
            if len(window) < WINDOW:
                return Portion(_items(connection, lines, scope, documents=documents), position, more=False)
        return Portion(_items(connection, lines, scope, documents=documents), position, more=True)


def end(context: Context) -> Position:
    """Return where the feed ends now."""
    with context.store.reading() as connection:
        return changes.end(context.store, connection)


def _items(
    connection: Connection, lines: Sequence[RowMapping], scope: Scope, *, documents: bool
) -> list[dict[str, Any]]:
    places = [(line["kind"], line["key"]) for line in lines]
    present = look_ups.documents(connection, places if documents else [])
    origins = look_ups.origins(connection, places if documents else [])
    gone = _gone(connection, places, scope)  # asked last: what is shown was the client's when it was read
    return [
        _item(line, present.get(place), origins.get(place))
        for line, place in zip(lines, places, strict=True)
        if place not in gone
    ]


def _gone(connection: Connection, places: Sequence[look_ups.Place], scope: Scope) -> set[look_ups.Place]:
    """Tell which records have passed to an agency outside the scope: what is there now is not the client's business."""
    if scope.agencies is None:
        return set()
    return {place for place, agency in look_ups.agencies(connection, places).items() if not scope.holds(agency)}


def _item(line: RowMapping, document: str | None, origin: str | None) -> dict[str, Any]:
    item = {
        "cursor": str(Position(line["transaction_id"], line["sequence"])),
        "kind": line["kind"],
        "key": line["key"],
        "version": line["version"],
        "word": line["word"],
        "source": line["source"],
        "agency": line["agency"],
        "events": orjson.Fragment(line["events"]),
        "at": moment(line["at"]),
    }
    return item if document is None else {**item, "origin": origin, "document": orjson.Fragment(document)}


def moment(milliseconds: int) -> str:
    """Write a time of the store as documents do."""
    return times.written(datetime.fromtimestamp(milliseconds / 1000, UTC))
