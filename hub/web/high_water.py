"""/v1/high-water: what a publisher must send again after this hub was restored from an older backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, g

from hub.domain.scope import WRITE
from hub.flows import feed, high_water
from hub.web import parameters
from hub.web.guards import client_required
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from hub.flows.high_water import Mark
    from hub.web.service import Service

EPOCH_HEADER = "Hub-Epoch"


def high_water_marks(service: Service) -> Blueprint:
    """Make the routes under `/v1/high-water`."""
    routes = Blueprint("high_water", __name__, url_prefix="/v1/high-water")
    context = service.context

    @routes.get("")
    @client_required(None, WRITE)
    def read() -> Response:
        mark = high_water.mark(context, g.client.name)
        if mark is None:
            raise Refusal("catching_up")
        return _answer(g.client.name, mark)

    @routes.put("")
    @client_required(None, WRITE)
    def confirm() -> Response:
        wish = parameters.body(context.settings.depth_limit)
        if not (isinstance(wish, dict) and set(wish) == {"epoch"} and isinstance(wish["epoch"], str)):
            raise parameters.wrong("epoch")
        if not high_water.confirm(context, g.client.name, wish["epoch"]):
            raise Refusal("epoch_mismatch")
        mark = high_water.mark(context, g.client.name)
        if mark is None:
            raise Refusal("catching_up")
        return _answer(g.client.name, mark)

    return routes


def _answer(client: str, mark: Mark) -> Response:
    epoch = mark.epoch
    restored = None if epoch.restored_at is None else feed.moment(epoch.restored_at)
    body: dict[str, Any] = {
        "client": client,
        "epoch": {"id": epoch.id, "number": epoch.number, "restored_at": restored},
        "held": mark.held,
        "last": mark.last and {**mark.last, "at": feed.moment(mark.last["at"])},
        "resend_from": None if mark.resend_from is None else feed.moment(mark.resend_from),
    }
    headers = {"Cache-Control": "no-store", EPOCH_HEADER: epoch.id}
    return Response(orjson.dumps(body), content_type="application/json", headers=headers)
