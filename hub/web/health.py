"""Whether the process lives, whether it can serve, and how everything is: /healthz, /readyz, /metrics."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import orjson
import structlog
from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from hub import observe
from hub.domain.scope import METRICS
from hub.store import channels, delivery_views, queue_views, schema_version
from hub.web.guards import loopback_or_client, no_guard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.web.service import Service

log = structlog.get_logger("hub.web")

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
Rows = list[tuple[tuple[str, ...], float]]


def health(service: Service) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("health", __name__)
    current = threading.Event()  # set once: a schema does not go back

    @routes.get("/healthz")
    @no_guard("tells only that the process lives")
    def lives() -> Response:
        return _answer("ok")

    @routes.get("/readyz")
    @no_guard("tells only whether the process can serve")
    def ready() -> Response:
        if service.stopping.is_set():
            return _answer("stopping", 503)
        try:
            with service.context.store.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
                if not current.is_set() and not schema_version.is_current(connection):
                    return _answer("schema_not_current", 503)
        except SQLAlchemyError as problem:
            log.warning("readiness.database_away", error=type(problem).__name__)
            return _answer("database_away", 503)
        current.set()
        return _answer("ok")

    @routes.get("/metrics")
    @loopback_or_client(METRICS)
    def metrics() -> Response:
        return Response(observe.exposition(look(service)), content_type=EXPOSITION)

    return routes


def look(service: Service) -> Mapping[str, Rows]:
    """Look up what is not counted as it happens: a few index look-ups for each channel."""
    context = service.context
    now = context.now()
    age: Rows = []
    waiting: Rows = []
    parked: Rows = []
    state: Rows = []
    with context.store.reading() as connection:
        for row in channels.every(connection):
            name = row["name"]
            since = delivery_views.oldest_waiting(connection, name)
            age.append(((name,), 0.0 if since is None else max(0.0, (now - since) / 1000)))
            waiting.append(((name,), queue_views.waiting(connection, name)))
            parked.extend(((name, reason), count) for reason, count in queue_views.parked(connection, name).items())
            state.extend(((name, word), 1.0) for word in _states(service, row))
    return {
        "hub_waiting_age_seconds": age,
        "hub_waiting": waiting,
        "hub_parked": parked,
        "hub_channel_state": state,
    }


def _states(service: Service, row: Mapping[str, object]) -> Sequence[str]:
    """Name what hinders a channel; "running" when nothing does."""
    channel = service.context.channels.get(str(row["name"]))
    words = []
    if row["paused"]:
        words.append("paused")
    if channel is not None and channel.connector is None:
        words.append("unusable")
    breaker = row["breaker"]
    if isinstance(breaker, dict) and breaker.get("state") not in {None, "closed"}:
        words.append("breaker_open")
    return words or ["running"]


def _answer(word: str, status: int = 200) -> Response:
    return Response(
        orjson.dumps({"status": word}),
        status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
