"""GET /v1/changes: the change feed with long poll. No gap and no double, whatever is written at the same time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, g

from hub.domain.scope import FEED
from hub.flows import feed
from hub.store.changes import Position
from hub.web import parameters
from hub.web.guards import client_required

if TYPE_CHECKING:
    from hub.domain.scope import Scope
    from hub.web.service import Service

PAGE, MOST = 100, 1_000
LOOK_SECONDS = 1.0  # between two looks of one who waits: being woken only shortens it


def changes(service: Service) -> Blueprint:
    """Make the route `/v1/changes`."""
    routes = Blueprint("changes", __name__, url_prefix="/v1")
    longest = service.context.settings.long_poll_seconds

    @routes.get("/changes")
    @client_required(None, FEED)
    def read() -> Response:
        limit = parameters.whole("limit", default=PAGE, most=MOST)
        wait = parameters.seconds("wait", most=longest)
        documents = parameters.truth("documents", default=True)
        portion = _read(service, _position(service), g.client.scope, limit=limit, wait=wait, documents=documents)
        body = {"items": portion.items, "next": str(portion.next), "more": portion.more}
        return Response(orjson.dumps(body), content_type="application/json", headers={"Cache-Control": "no-store"})

    return routes


def _position(service: Service) -> Position:
    given = parameters.text("after")
    if given == "end":  # only what comes from now on
        return feed.end(service.context)
    try:
        return Position.read(given)
    except ValueError:
        raise parameters.wrong("after") from None


def _read(
    service: Service, position: Position, scope: Scope, *, limit: int, wait: float, documents: bool
) -> feed.Portion:
    """Read at once, or wait for the first line while a place to wait is free."""
    waker, until = service.context.waker, time.monotonic() + wait
    waits = wait > 0 and service.places_to_wait.acquire(blocking=False)
    try:
        while True:
            mark = waker.mark()
            portion = feed.portion(service.context, position, scope, limit=limit, documents=documents)
            left = until - time.monotonic()
            if portion.items or not waits or left <= 0 or service.stopping.is_set():
                return portion
            position = portion.next
            if not portion.more:
                waker.wait(min(left, LOOK_SECONDS), since=mark)
    finally:
        if waits:
            service.places_to_wait.release()
