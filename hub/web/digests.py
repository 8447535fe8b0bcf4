"""GET /v1/digests: sums over ranges of keys, by which another hub finds what differs without reading all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, g, request

from hub.domain.messages import KINDS
from hub.domain.scope import READ
from hub.flows.fold import is_folded
from hub.store import imprints
from hub.web import parameters
from hub.web.guards import client_required
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from hub.web.service import Service

PARTS, MOST = 256, 1_000


def digests(service: Service) -> Blueprint:
    """Make the route `/v1/digests`."""
    routes = Blueprint("digests", __name__, url_prefix="/v1")
    context = service.context

    @routes.get("/digests")
    @client_required(None, READ)
    def read() -> Response:
        kind = parameters.text("kind")
        if kind not in KINDS:
            raise parameters.wrong("kind")
        if not g.client.scope.allows(READ, kind):
            raise Refusal("not_allowed")
        start, stop = parameters.text("from"), parameters.text("to") if "to" in request.args else None
        most = parameters.whole("parts", default=PARTS, most=MOST, least=2)
        agencies = g.client.scope.narrowed(parameters.agency_id("agency"))
        if not is_folded(context):
            raise Refusal("catching_up")
        with context.store.reading() as connection:
            sums = imprints.parts(connection, kind, start, stop, most=most, agencies=agencies)
        body = {
            "kind": kind,
            "agencies": agencies,
            "parts": [{"from": one.start, "count": one.count, "digest": one.digest} for one in sums],
        }
        headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
        return Response(orjson.dumps(body), content_type="application/json", headers=headers)

    return routes
