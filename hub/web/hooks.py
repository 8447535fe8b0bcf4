"""The doors for partners: `/hooks/<channel>/<path>`, any method; the channel's connector checks who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from hub.flows.receive import receive
from hub.sdk.errors import Refused
from hub.sdk.types import Request
from hub.web.guards import no_guard
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.flows.accept import Accepted, Unit
    from hub.web.service import Service

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def hooks(service: Service) -> Blueprint:
    """Make the routes under `/hooks`."""
    routes = Blueprint("hooks", __name__, url_prefix="/hooks")

    def submit(unit: Unit) -> Sequence[Accepted]:
        return service.submit(unit)

    @routes.route("/<channel>", methods=METHODS, defaults={"path": ""})
    @routes.route("/<channel>/<path:path>", methods=METHODS)
    @no_guard("the channel's connector authenticates its partner")
    def call(channel: str, path: str) -> Response:
        if not _is_plain(path):
            raise Refusal("not_found")
        inbound = Request(
            request.method,
            f"/{path}",
            {name.lower(): value for name, value in request.headers.items()},
            request.get_data(cache=False),
            {name: values[-1] for name, values in request.args.lists()},
            request.remote_addr or "",
        )
        try:
            reply = receive(service.context, channel, inbound, submit=submit)
        except Refused as problem:
            return Response(problem.sentence, problem.status, content_type="text/plain; charset=utf-8")
        return Response(reply.body, reply.status, content_type=reply.content_type)

    return routes


def _is_plain(path: str) -> bool:
    """No connector shall have to think of "..", of empty segments or of other slashes (they were decoded already)."""
    segments = path.rstrip("/").split("/") if path else []
    return not any(segment in {"", ".", ".."} for segment in segments) and "\\" not in path and "\x00" not in path
