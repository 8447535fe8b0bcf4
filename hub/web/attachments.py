"""Files that came embedded in documents: for clients by key, for partners by a link that only the hub can sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response

from hub.domain.scope import READ
from hub.store import attachments as table
from hub.web.guards import client_required, no_guard
from hub.web.refusal import Refusal
from hub.wiring import LINK

if TYPE_CHECKING:
    from hub.web.service import Service

SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def attachments(service: Service) -> Blueprint:
    """Make the routes `/v1/attachments/…` and `/files/…`."""
    routes = Blueprint("attachments", __name__)

    @routes.get("/v1/attachments/<sha256>")
    @client_required(None, READ)
    def show(sha256: str) -> Response:
        return _file(service, sha256)

    @routes.get("/files/<sha256>/<signature>")
    @no_guard("the address itself is signed by the hub; partners fetch files by it")
    def linked(sha256: str, signature: str) -> Response:
        if not service.context.vault.is_signed(LINK, sha256, signature):
            raise Refusal("not_found")
        return _file(service, sha256)

    return routes


def _file(service: Service, sha256: str) -> Response:
    """Answer a file so that no browser takes it for a page of ours."""
    row = None
    if SHA256.fullmatch(sha256):
        with service.context.store.reading() as connection:
            row = table.find(connection, sha256)
    if row is None:
        raise Refusal("not_found")
    media_type = row["media_type"] if re.fullmatch(r"[\w.+-]+/[\w.+-]+", row["media_type"], re.ASCII) else None
    return Response(
        row["content"],
        content_type=media_type or "application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=31536000, immutable",
            "ETag": f'"{sha256}"',
        },
    )
