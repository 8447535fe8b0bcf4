"""Pull: bring pages from a partner, each durable together with its cursor; poll: ask about what is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import structlog
from sqlalchemy import update

from hub.crash import crash_point
from hub.flows.accept import accept
from hub.flows.incoming import read, unit_of
from hub.sdk.connector import Polls, Pulls
from hub.sdk.errors import Unmappable
from hub.sdk.types import Outgoing
from hub.store import channels, delivery_views
from hub.store.tables import channel as channel_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RowMapping

    from hub.flows.channels import Channel
    from hub.flows.context import Context

log = structlog.get_logger("hub.pull")


class Overtaken(Exception):
    """Another process moved the cursor; this page is thrown away, nothing was written."""


def pull(context: Context, channel: Channel, *, go_on: Callable[[], bool]) -> int:
    """Bring all pages that wait; return how many items came. Raises ConnectorError of the partner."""
    connector = channel.connector
    if connector is None or not isinstance(connector, Pulls):
        return 0
    count, more = 0, True
    while more and go_on():
        with context.store.reading() as connection:
            row = channels.find(connection, channel.name)
        if row is None:
            break
        page = context.plugins.pull(connector, row["cursor"])
        if page is None:
            break
        crash_point("pull.read")
        reads = read(context, channel, page.items)
        moves = _cursor_move(context, channel.name, row["cursor"], page.cursor)
        accept(context, [unit_of(context, channel, reads, way="pulled", also=moves)])
        crash_point("pull.committed")
        connector.pulled(page)
        count += len(page.items)
        more = page.more
    return count


def _cursor_move(context: Context, name: str, old: str | None, new: str | None) -> Callable[[Connection], None]:
    def move(connection: Connection) -> None:
        moved = connection.execute(
            update(channel_table)
            .where(channel_table.c.name == name, channel_table.c.cursor.is_not_distinct_from(old))
            .values(cursor=new, pulled_at=context.now())
        )
        if not moved.rowcount:
            raise Overtaken

    return move


def poll(context: Context, channel: Channel, *, after: int, limit: int) -> int:
    """Ask about the next delivered, still open records; return the id to go on after (0: from the beginning)."""
    connector = channel.connector
    if connector is None or not isinstance(connector, Polls):
        return 0
    with context.store.reading() as connection:
        rows = delivery_views.open_page(connection, channel.name, after=after, limit=limit)
    if not rows:
        return 0
    batch = [outgoing for row in rows if (outgoing := _outgoing(context, channel, row))]
    reads = read(context, channel, connector.poll(batch))
    if reads:
        accept(context, [unit_of(context, channel, reads, way="polled", keep_duplicates=False)])
    return int(rows[-1]["id"]) if len(rows) == limit else 0


def _outgoing(context: Context, channel: Channel, row: RowMapping) -> Outgoing | None:
    """A delivered record as its connector sees it; None: it can no longer be mapped, so there is nothing to ask."""
    assert channel.connector is not None  # noqa: S101 (asked of usable channels only)
    document = orjson.loads(row["document"])
    try:
        mapped = context.plugins.map_out(channel.connector, row["kind"], document)
    except Unmappable:
        return None
    except Exception:
        log.exception("poll.mapping_failed", channel=channel.name, kind=row["kind"], delivery_id=row["id"])
        return None
    return Outgoing(
        row["id"],
        channel.name,
        row["kind"],
        row["key"],
        row["version"],
        document,
        mapped,
        row["acknowledged_version"],
        orjson.loads(row["acknowledged"]),
        row["reference"],
    )
