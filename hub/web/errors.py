"""Exceptions become problems (RFC 9457) by one table: one shape to the outside, nothing internal in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from flask import Response, g, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from hub.flows.receive import NoSuchChannel, UnusableChannel
from hub.store.trouble import is_away, is_full
from hub.web.error_table import TABLE
from hub.web.json_body import BadBody
from hub.web.languages import asked
from hub.web.leftover import read_leftover
from hub.web.refusal import Refusal, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask


log = structlog.get_logger("hub.web")

CONTENT_TYPE: Final = "application/problem+json"
TYPE: Final = "/v1/docs#{code}"

BY_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 408: "bad_request", 413: "too_large",
    415: "unsupported_encoding",
}  # fmt: skip

BY_EXCEPTION: Final[Sequence[tuple[type[Exception], str]]] = (
    (NoSuchChannel, "not_found"),
    (UnusableChannel, "channel_unusable"),
    (ParseException, "bad_request"),  # found while the body was read: its chunks are no chunks
)

RETRY_AFTER: Final = "2"  # seconds


def register(app: Flask) -> None:
    """Let the app answer every exception from the table."""
    app.register_error_handler(Refusal, answer)
    app.register_error_handler(Exception, _any)


def refusal_of(error: Exception) -> Refusal:
    """Find the row of the table; what is not in it is `internal`, and logged."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, BadBody):
        where: dict[str, Any] = {} if error.position is None else {"position": error.position}
        return Refusal(error.code, error.problems, **where)
    if is_full(error):
        log.error("request.storage_full", error=type(error).__name__)
        return Refusal("storage_full")
    if is_away(error):
        log.error("request.database_away", error=type(error).__name__)
        return Refusal("database_away")
    for kind, code in BY_EXCEPTION:
        if isinstance(error, kind):
            return Refusal(code)
    if isinstance(error, HTTPException) and error.code is not None and error.code in BY_STATUS:
        headers = {"Allow": ", ".join(sorted(allowed))} if (allowed := getattr(error, "valid_methods", None)) else {}
        return Refusal(BY_STATUS[error.code], headers=headers)
    log.error("request.failed", error=type(error).__name__, exc_info=error)
    return Refusal("internal")


def body(refusal: Refusal, language: str, request_id: str) -> dict[str, Any]:
    """Express a refusal as a problem; also the `error` of a line of a batch."""
    status, vi, en = TABLE[refusal.code]
    vi, en = refusal.sentences[0] or vi, refusal.sentences[1] or en
    problem: dict[str, Any] = {
        "type": TYPE.format(code=refusal.code),
        "title": TABLE[refusal.code][1 if language == "vi" else 2],
        "status": status,
        "code": refusal.code,
        "detail": vi if language == "vi" else en,
        "vi": vi,
        "en": en,
        **refusal.facts,
        "request_id": request_id,
    }
    if refusal.errors:
        problem["errors"] = [shown(each) for each in refusal.errors]
    return problem


def answer(refusal: Refusal) -> Response:
    """Answer a refusal in the language asked for."""
    status = TABLE[refusal.code][0]
    if status in {401, 403}:
        log.warning("request.refused", code=refusal.code, route=request.url_rule.rule if request.url_rule else "")
    if refusal.code == "too_large":
        read_leftover()
    content = orjson.dumps(body(refusal, asked(request), g.get("request_id", "")))
    response = Response(content, status, content_type=CONTENT_TYPE)
    response.headers["Vary"] = "Accept-Language"
    if status == 401:  # noqa: PLR2004 (the status that asks for it)
        response.headers["WWW-Authenticate"] = 'Bearer realm="lienthong"'
    if status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = RETRY_AFTER
    response.headers.update(refusal.headers)
    return response


def _any(error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.response is not None:
        return error.response  # type: ignore[return-value]  # a werkzeug redirect
    return answer(refusal_of(error))
