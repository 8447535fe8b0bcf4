"""The application factory: one app per process, everything handed in, no globals."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from flask import Flask, g, request

from hub.observe import metrics
from hub.web import errors, guards, intake
from hub.web.attachments import attachments
from hub.web.batch import batch
from hub.web.changes import changes
from hub.web.conditions import REQUEST_ID
from hub.web.digests import digests
from hub.web.docs import docs
from hub.web.dossiers import dossiers
from hub.web.health import health
from hub.web.high_water import high_water_marks
from hub.web.hooks import hooks
from hub.web.openapi import openapi
from hub.web.postal_orders import postal_orders
from hub.web.procedures import procedures
from hub.web.service import Service
from hub.web.webhooks_settings import webhooks_settings

if TYPE_CHECKING:
    from flask import Response

    from hub.flows.context import Context

ROOMS = (
    procedures,
    dossiers,
    postal_orders,
    batch,
    changes,
    attachments,
    digests,
    high_water_marks,
    webhooks_settings,
    hooks,
    health,
    openapi,
    docs,
)
SERVICE = "hub"  # app.extensions[SERVICE] is the Service, for whoever stops the process


def create_app(context: Context) -> Flask:
    """Make the WSGI application. Raises RuntimeError when a view states no guard."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = context.settings.body_limit
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False  # partners do not follow redirects
    service = Service(context)
    app.extensions[SERVICE] = service
    _observe(app)
    guards.enforce(app, service.keys)
    intake.guard(app, service.pressure, service.courtesy)
    errors.register(app)
    for room in ROOMS:
        app.register_blueprint(room(service))
    guards.check_stated(app)
    return app


def _observe(app: Flask) -> None:
    """Name every request, bind the name to the log, count the answer."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        metrics().requests_total.labels(route, response.status_code).inc()
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()
