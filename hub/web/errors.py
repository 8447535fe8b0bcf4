"""Every error the web room answers, in one table; one shape to the outside (RFC 9457), nothing internal in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from flask import Response, g, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from hub.flows.receive import NoSuchChannel, UnusableChannel
from hub.web.json_body import BadBody
from hub.web.languages import asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask

    from hub.domain.problem import Problem

log = structlog.get_logger("hub.web")

CONTENT_TYPE: Final = "application/problem+json"
TYPE: Final = "/v1/docs#{code}"

# code → (status, Vietnamese, English)
TABLE: Final[Mapping[str, tuple[int, str, str]]] = {
    "bad_request": (400, "Yêu cầu không đọc được.", "The request cannot be read."),
    "not_json": (400, "Nội dung không phải JSON hợp lệ.", "The body is not valid JSON."),
    "not_utf8": (400, "Nội dung không phải UTF-8.", "The body is not UTF-8."),
    "lone_surrogate": (
        400,
        "Nội dung có ký tự Unicode hỏng (surrogate đơn lẻ).",
        "The body contains a lone surrogate, which is not text.",
    ),
    "too_deep": (400, "Nội dung lồng nhau quá sâu.", "The body is nested too deeply."),
    "duplicate_name": (
        400,
        "Có thuộc tính xuất hiện hai lần trong cùng một đối tượng.",
        "A property stands twice in the same object.",
    ),
    "bad_parameter": (400, "Tham số của địa chỉ không hợp lệ.", "A parameter of the address is not valid."),
    "bad_header": (400, "Giá trị của header không hợp lệ.", "The value of a header is not valid."),
    "unauthenticated": (
        401,
        "Thiếu khóa truy cập, hoặc khóa sai, hết hạn hay đã bị thu hồi.",
        "The access key is missing, wrong, expired or revoked.",
    ),
    "not_allowed": (
        403,
        "Khóa truy cập không có quyền làm việc này.",
        "The access key does not allow this.",
    ),
    "outside_scope": (
        403,
        "Bản ghi thuộc cơ quan ngoài phạm vi của hệ thống này.",
        "The record belongs to an agency outside this client's scope.",
    ),
    "not_found": (404, "Không có gì ở địa chỉ này.", "There is nothing at this address."),
    "method_not_allowed": (405, "Địa chỉ này không nhận phương thức đó.", "The address does not take this method."),
    "precondition_failed": (
        412,
        "Bản ghi đã có phiên bản khác với phiên bản trong If-Match.",
        "The record has another version than If-Match names.",
    ),
    "too_large": (413, "Nội dung vượt quá kích thước cho phép.", "The body is larger than allowed."),
    "unsupported_encoding": (
        415,
        "Nội dung nén không được nhận; hãy gửi không nén.",
        "Compressed bodies are not taken; send it plain.",
    ),
    "invalid": (422, "Tài liệu có lỗi; xem từng lỗi trong errors.", "The document is not valid; see errors."),
    "idempotency_mismatch": (
        422,
        "Idempotency-Key này đã dùng cho một nội dung khác.",
        "This Idempotency-Key was used for another body.",
    ),
    "webhook_address": (
        422,
        "Địa chỉ webhook không dùng được; phải là http(s) và không thuộc mạng nội bộ.",
        "The webhook's address cannot be used; it must be http(s) and not lead to a private network.",
    ),
    "internal": (
        500,
        "Lỗi bên trong hệ thống; hãy báo kèm request_id.",
        "Something went wrong inside; report it with the request_id.",
    ),
    "database_away": (
        503,
        "Cơ sở dữ liệu tạm thời không truy cập được; hãy thử lại.",
        "The database cannot be reached for the moment; try again.",
    ),
    "channel_unusable": (
        503,
        "Kênh này tạm thời không dùng được.",
        "The channel cannot be used for the moment.",
    ),
}

BY_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 408: "bad_request", 413: "too_large",
    415: "unsupported_encoding",
}  # fmt: skip

BY_EXCEPTION: Final[Sequence[tuple[type[Exception], str]]] = (
    (OperationalError, "database_away"),
    (InterfaceError, "database_away"),
    (PoolTimeout, "database_away"),
    (NoSuchChannel, "not_found"),
    (UnusableChannel, "channel_unusable"),
)

RETRY_AFTER: Final = "2"  # seconds


class Refusal(Exception):
    """A request that is refused for a reason of the table; `errors` say what is wrong where."""

    def __init__(
        self,
        code: str,
        errors: Sequence[Problem] = (),
        *,
        vi: str = "",
        en: str = "",
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.sentences = (vi, en)
        self.headers = dict(headers or {})
        self.facts = facts


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
    for kind, code in BY_EXCEPTION:
        if isinstance(error, kind):
            if code == "database_away":
                log.error("request.database_away", error=type(error).__name__)
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


def shown(problem: Problem) -> dict[str, str]:
    """Express one error or warning of a document; it holds no value of the document."""
    return {"pointer": problem.pointer, "code": problem.code, "vi": problem.vi, "en": problem.en}


def answer(refusal: Refusal) -> Response:
    """Answer a refusal in the language asked for."""
    status = TABLE[refusal.code][0]
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
