"""Lists of records: filtered, within the client's scope, one page after another by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, g, request

from hub.domain.messages import KEY_OF
from hub.flows import feed
from hub.store import record_lists
from hub.web import parameters

if TYPE_CHECKING:
    from hub.web.service import Service

JSON = "application/json"
PAGE, MOST = 100, 1_000


def listed(service: Service, kind: str) -> Response:
    """Answer one page; `next` is the key to go on after, or null: the end. A page may hold fewer than `limit`."""
    limit = parameters.whole("limit", default=PAGE, most=MOST)
    if kind != "dossier" and "procedure" in request.args:  # nothing else is under a procedure
        raise parameters.wrong("procedure")
    agencies = g.client.scope.narrowed(parameters.agency_id("agency"))
    filters: dict[str, Any] = {
        "agencies": agencies,
        "status": parameters.text("status"),
        "procedure": parameters.procedure("procedure"),
        "updated_after": parameters.moment("updated_after"),
    }
    after = parameters.text("after")
    found = record_lists.Found([])
    if agencies != ():
        with service.context.store.reading() as connection:
            found = record_lists.look(connection, kind, after=after, limit=limit + 1, filters=filters)
    shown = found.rows[:limit]
    body = {
        "items": [
            {
                KEY_OF[kind]: row["key"],
                "version": row["version"],
                "updated_at": feed.moment(row["updated_at"]),
                "document": orjson.Fragment(row["document"]),
            }
            for row in shown
        ],
        "next": shown[-1]["key"] if len(found.rows) > limit else found.upto,
    }
    return Response(orjson.dumps(body), content_type=JSON, headers={"Vary": "Authorization"})
