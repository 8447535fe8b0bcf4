"""What only dossiers have: progress events, and how each partner stands to a dossier."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, g, request
from sqlalchemy.exc import IntegrityError

from hub.domain.scope import READ, WRITE
from hub.flows import feed
from hub.flows.accept import Unit, Word
from hub.sdk.outcomes import ADVICE, Reason
from hub.store import delivery_views, idempotency
from hub.web import answers, conditions, json_body, writing
from hub.web.guards import client_required
from hub.web.records import JSON, STATUS, blueprint, find
from hub.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from hub.flows.accept import Accepted
    from hub.web.service import Service
    from hub.web.writing import Write

KIND = "dossier"


def dossiers(service: Service) -> Blueprint:
    """Make the routes under `/v1/dossiers`."""
    routes = blueprint(service, KIND, "dossiers")
    depth = service.context.settings.depth_limit

    @routes.post("/<key>/events")
    @client_required(KIND, WRITE)
    def add_events(key: str) -> Response:
        if request.content_encoding not in {None, "identity"}:
            raise Refusal("unsupported_encoding")
        raw = request.get_data(cache=False)
        name = conditions.idempotency_key()
        digest = hashlib.sha256(request.path.encode() + b"\n" + raw).hexdigest()
        if name and (answered := _answered(service, name, digest)):
            return answered
        write = writing.events(g.client, key, json_body.parse(raw, depth=depth))
        writing.consider(service, g.client, [write])
        if write.refusal:
            raise write.refusal
        return _add(service, write, name, digest)

    @routes.get("/<key>/deliveries")
    @client_required(KIND, READ)
    def deliveries(key: str) -> Response:
        row = find(service, KIND, key)
        with service.context.store.reading() as connection:
            rows = delivery_views.of_record(connection, KIND, row["key"])
        body = {"key": row["key"], "version": row["version"], "items": [_standing(each) for each in rows]}
        return Response(orjson.dumps(body), content_type=JSON, headers={"Vary": "Authorization"})

    return routes


def _add(service: Service, write: Write, name: str | None, digest: str) -> Response:
    """Accept events, and keep the answer in the same transaction when the client named its request."""
    client, now = g.client.name, service.context.now()

    def remember(connection: Connection, accepted: Sequence[Accepted]) -> None:
        status, content = _answer(accepted[0], write)
        idempotency.keep(connection, client, str(name), digest=digest, status=status, body=content.decode(), now=now)

    unit = write.unit
    try:
        (accepted,) = service.submit(Unit(unit.messages, unit.files, remember if name else None))
    except IntegrityError:  # a twin of this request was first
        answered = _answered(service, name, digest) if name else None
        if answered is None:
            raise
        return answered
    status, content = _answer(accepted, write)
    return Response(content, status, content_type=JSON, headers={"ETag": conditions.etag(accepted.version)})


def _answer(accepted: Accepted, write: Write) -> tuple[int, bytes]:
    return STATUS[Word(accepted.word)], orjson.dumps(answers.answer(accepted, write.warnings))


def _answered(service: Service, name: str, digest: str) -> Response | None:
    """Return the first answer to a request of this name. Raises Refusal: it had another body."""
    with service.context.store.reading() as connection:
        row = idempotency.find(connection, g.client.name, name)
    if row is None:
        return None
    if row["digest"] != digest:
        raise Refusal("idempotency_mismatch")
    return Response(row["body"], row["status"], content_type=JSON, headers={"Idempotency-Replayed": "true"})


def _standing(row: RowMapping) -> dict[str, Any]:
    """Express how a channel stands; a reason of an earlier version is not shown as today's."""
    standing: dict[str, Any] = {
        "channel": row["channel"],
        "state": row["state"],
        "wanted_version": row["wanted_version"],
        "acknowledged_version": row["acknowledged_version"],
        "attempts": row["attempts"],
        "updated_at": feed.moment(row["updated_at"]),
    }
    if row["state"] == "waiting":
        standing["due_at"] = feed.moment(row["due_at"])
    if row["reason"] and (row["state"] == "parked" or (row["state"] == "waiting" and row["attempts"])):
        vi, en = ADVICE[Reason(row["reason"])]
        standing |= {"reason": row["reason"], "code": row["code"], "detail": row["detail"]}
        standing["advice"] = {"vi": vi, "en": en}
    return standing
