"""The routes that every kind of record has: publish, read back, list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, g

from hub.domain.scope import READ, WRITE
from hub.flows.accept import Word
from hub.store import look_ups, records
from hub.web import answers, conditions, parameters, writing
from hub.web.guards import client_required
from hub.web.lists import listed
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from hub.web.service import Service

JSON = "application/json"
STATUS = {Word.CREATED: 201, Word.UPDATED: 200, Word.UNCHANGED: 200}


def blueprint(service: Service, kind: str, path: str) -> Blueprint:
    """Make the routes of one kind under `/v1/<path>`."""
    routes = Blueprint(path.replace("-", "_"), __name__, url_prefix=f"/v1/{path}")
    depth = service.context.settings.depth_limit
    place = "/<path:key>" if kind == "postal_order" else "/<key>"  # numbers of orders may hold slashes

    @routes.put(place)
    @client_required(kind, WRITE)
    def publish(key: str) -> Response:
        key = parameters.key_of(kind, key)
        wanted = conditions.precondition()
        raw = parameters.body(depth)
        if_match = wanted if isinstance(wanted, int) else None
        write = writing.document(g.client, kind, raw, key=key, if_match=if_match)
        if wanted == "*" and not _is_there(service, kind, key):
            raise Refusal("precondition_failed")
        return written(service, write)

    @routes.get(place)
    @client_required(kind, READ)
    def show(key: str) -> Response:
        row = find(service, kind, key)
        headers = {"ETag": conditions.etag(row["version"]), "Vary": "Authorization"}
        if conditions.known_version(row["version"]):
            return Response(status=304, headers=headers)
        return Response(row["document"], content_type=JSON, headers=headers)

    @routes.get("")
    @client_required(kind, READ)
    def page() -> Response:
        return listed(service, kind)

    return routes


def written(service: Service, write: writing.Write) -> Response:
    """Have one write accepted and answer it. Raises Refusal."""
    writing.consider(service, g.client, [write])
    if write.refusal:
        raise write.refusal
    (accepted,) = service.submit(write.unit)
    if refusal := answers.refusal_after(accepted):
        raise refusal
    return Response(
        orjson.dumps(answers.answer(accepted, write.warnings)),
        STATUS[accepted.word],
        content_type=JSON,
        headers={"ETag": conditions.etag(accepted.version)},
    )


def find(service: Service, kind: str, key: str) -> RowMapping:
    """Return the record if the client may see it. Raises Refusal: what it may not see is not there."""
    with service.context.store.reading() as connection:
        row = records.find(connection, kind, parameters.key_of(kind, key)) if "\x00" not in key else None
    if row is None or not g.client.scope.covers(kind, row["agency"]):
        raise Refusal("not_found")
    return row


def _is_there(service: Service, kind: str, key: str) -> bool:
    """Records are never removed, so the answer "yes" stays true."""
    with service.context.store.reading() as connection:
        return bool(look_ups.versions(connection, [(kind, key)]))
