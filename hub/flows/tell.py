"""Tell: clients with a webhook hear of every change in their scope, in order, at least once.

Each client has a cursor over the change feed; only a 2xx answer moves it. The next try is scheduled before trying and
no transaction is open over the call. One message carries up to 50 changes; its id is the stretch of the feed it tells.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import structlog

from hub.domain.scope import FEED, Scope
from hub.flows import feed
from hub.flows.tell_call import call
from hub.sdk.http import Http, Timeouts
from hub.store import clients, webhooks
from hub.store.changes import Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.context import Context

log = structlog.get_logger("hub.tell")

CHANGES = 50  # in one message
MESSAGES = 20  # to one client before the others have their turn
SECONDS = 5.0  # for one client at a time, a slow answer apart
AT_ONCE = 8  # clients told at the same time
TIMEOUTS = Timeouts(connect=3.0, read=5.0, total=8.0)
LEASE_MILLISECONDS = 30_000  # nobody else tells the client meanwhile


def tell_due(context: Context) -> int:
    """Tell every client whose time has come; return how many changes were told."""
    now = context.now()
    with context.store.reading() as connection:
        due = webhooks.due(connection, now=now)
        known = {one["name"]: one for one in clients.every(connection)} if due else {}
    due = [row for row in due if row["client"] in known and not known[row["client"]]["disabled"]]
    if not due:
        return 0
    http = Http(TIMEOUTS, connections=AT_ONCE)
    with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
        told = sum(pool.map(lambda row: _safely(context, http, row, Scope.read(known[row["client"]]["scopes"])), due))
    http.close()
    return told


def _safely(context: Context, http: Http, row: Mapping[str, Any], scope: Scope) -> int:
    try:
        return _tell(context, http, row, scope)
    except Exception:
        log.exception("tell.failed", client=row["client"])
        return 0


def _tell(context: Context, http: Http, row: Mapping[str, Any], scope: Scope) -> int:
    client, position, count = row["client"], Position.read(row["cursor"]), 0
    until = time.monotonic() + SECONDS
    if not scope.allows(FEED):
        return 0
    for _ in range(MESSAGES):
        portion = feed.portion(context, position, scope, limit=CHANGES)
        if not portion.items:
            if portion.next != position and not _note(context, row, position, {"cursor": str(portion.next)}):
                return count
            if not portion.more:
                return count
            position = portion.next
            continue
        if not _note(context, row, position, {"due_at": context.now() + LEASE_MILLISECONDS}):
            return count  # the client changed its webhook meanwhile
        values = call(context, http, row, portion)
        if not _note(context, row, position, values) or "cursor" not in values:
            return count
        count += len(portion.items)
        row, position = {**row, "failures": 0}, portion.next
        log.info("tell.told", client=client, count=len(portion.items))
        if not portion.more or time.monotonic() > until:
            return count
    return count


def _note(context: Context, row: Mapping[str, Any], position: Position, values: Mapping[str, Any]) -> bool:
    """Write to the webhook if it is still the one we read; return whether it was."""
    return context.store.write(
        lambda connection: webhooks.move(connection, row["client"], url=row["url"], cursor=str(position), values=values)
    )
