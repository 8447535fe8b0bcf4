"""A client sets where it wants to be told of changes: PUT, GET, DELETE /v1/webhook."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, g

from hub.domain.scope import FEED
from hub.flows import public_address
from hub.sdk import signing
from hub.store import changes, webhooks
from hub.web import parameters
from hub.web.guards import client_required
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from hub.web.service import Service

JSON = "application/json"
SECRET_BYTES = 32
MOST_SECRETS = 2  # during rotation both sign
LONGEST_URL = 2_000


def webhooks_settings(service: Service) -> Blueprint:
    """Make the routes under `/v1/webhook`."""
    routes = Blueprint("webhook", __name__, url_prefix="/v1/webhook")
    context = service.context

    @routes.put("")
    @client_required(None, FEED)
    def put() -> Response:
        url, rotate = _wish(parameters.body(context.settings.depth_limit))
        try:
            public_address.check(url, allow_private=context.settings.webhook_allow_private)
        except public_address.NotPublic:
            raise Refusal("webhook_address") from None
        client, made = g.client.name, signing.PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()

        def write(connection: Connection) -> tuple[RowMapping | None, bool]:
            known = webhooks.find(connection, client)
            values: dict[str, Any] = {
                "url": url,
                "due_at": context.now(),
                "failures": 0,
                "paused": False,
                "detail": None,
            }
            if known is None:
                values["cursor"] = str(changes.end(context.store, connection))
            kept = orjson.loads(known["secrets"]) if known else []
            if rotate or not kept:
                kept = [context.vault.seal(made), *kept][:MOST_SECRETS]
                values["secrets"] = orjson.dumps(kept).decode()
            webhooks.put(connection, client, values)
            return webhooks.find(connection, client), "secrets" in values

        row, fresh = context.store.write(write)
        body = _shown(row) | ({"secret": made} if fresh else {})
        return Response(orjson.dumps(body), content_type=JSON, headers={"Cache-Control": "no-store"})

    @routes.get("")
    @client_required(None, FEED)
    def show() -> Response:
        with context.store.reading() as connection:
            row = webhooks.find(connection, g.client.name)
        if row is None:
            raise Refusal("not_found")
        return Response(orjson.dumps(_shown(row)), content_type=JSON)

    @routes.delete("")
    @client_required(None, FEED)
    def remove() -> Response:
        client = g.client.name
        if not context.store.write(lambda connection: webhooks.remove(connection, client)):
            raise Refusal("not_found")
        return Response(status=204)

    return routes


def _wish(raw: Any) -> tuple[str, bool]:
    """Read {"url": …, "rotate": true?}. Raises Refusal."""
    if not isinstance(raw, dict) or set(raw) - {"url", "rotate"} or not isinstance(raw.get("rotate", False), bool):
        raise Refusal("webhook_address")
    url = raw.get("url")
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        raise Refusal("webhook_address")
    return url, raw.get("rotate", False)


def _shown(row: RowMapping | None) -> dict[str, Any]:
    assert row is not None  # noqa: S101 (just written or found)
    return {
        "url": row["url"],
        "secrets": len(orjson.loads(row["secrets"])),
        "cursor": row["cursor"],
        "paused": row["paused"],
        "failures": row["failures"],
        "detail": row["detail"],
    }
