"""Reading the portal's calls: dossiers that citizens file online, authentic by a bearer token."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import orjson

from hub.sdk import Item, Receipt, Reception, Refused, Reply, Request
from plugins.national_portal.answers import INBOUND_DOUBLE, INBOUND_ERROR, INBOUND_TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

BEARER = "Bearer "
ANSWERS = {
    Reception.ACCEPTED: INBOUND_TAKEN,
    Reception.DUPLICATE: INBOUND_DOUBLE,
    Reception.REFUSED: INBOUND_ERROR,
}


def read_call(request: Request, tokens: Iterable[str]) -> Receipt:
    """Check the token against those the portal was given (two while one replaces the other). Raises Refused."""
    given = request.headers.get("authorization", "").removeprefix(BEARER).encode()
    known = [token.encode() for token in tokens]
    if not any(hmac.compare_digest(given, token) for token in known):
        raise Refused("The call has no token of this channel.")
    if request.method != "POST" or request.path.strip("/"):
        raise Refused("Dossiers are posted to the channel's own address.", status=404)
    try:
        message = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Refused("The message is not JSON.", status=400) from None
    if not isinstance(message, dict) or not message.get("MaHoSo") or "record" in message:
        raise Refused("The message is no dossier.", status=400)
    return Receipt([Item(message)], _answer)


def _answer(reception: Reception, sentence: str) -> Reply:
    return Reply(orjson.dumps({"error_code": ANSWERS[reception], "message": sentence}))
