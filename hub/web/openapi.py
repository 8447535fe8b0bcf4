"""The OpenAPI 3.1 description, made from the document schemas and the table of operations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Blueprint, Response

from hub.domain.bundling import FILES, bundle, examples
from hub.domain.messages import KINDS
from hub.web.components import SCHEMAS, page, reference, text
from hub.web.errors import CONTENT_TYPE, TABLE
from hub.web.guards import no_guard
from hub.web.operations import JSON, NDJSON, OPERATIONS, Operation

if TYPE_CHECKING:
    from hub.web.service import Service

VERSION: Final = "1.0"
ENGLISH_MARK, VIETNAMESE_MARK = "description", "x-description-vi"

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "procedure_code": {"name": "key", "in": "path", "schema": text("Mã thủ tục", "Code"), "example": "1.001193"},
    "dossier_code": {"name": "key", "in": "path", "schema": text("Mã hồ sơ", "Code"), "example": "H56.14-260511-0007"},
    "order_number": {"name": "key", "in": "path", "schema": text("Số đơn", "Number"), "example": "H56.14-260511-0007"},
    "sha256": {"name": "sha256", "in": "path", "schema": text("Mã băm", "Hash", pattern="^[0-9a-f]{64}$")},
    "after": {"name": "after", "in": "query", "schema": text("`next` của trang trước", "`next` of the page before")},
    "cursor": {"name": "after", "in": "query", "schema": text("Con trỏ; 0 là từ đầu", "Cursor; 0: from the beginning")},
    "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
    "wait": {"name": "wait", "in": "query", "schema": {"type": "number", "minimum": 0, "maximum": 60}},
    "documents": {"name": "documents", "in": "query", "schema": {"type": "boolean", "default": True}},
    "status": {"name": "status", "in": "query", "schema": text("Trạng thái", "Status")},
    "agency": {"name": "agency", "in": "query", "schema": text("Cơ quan, kể cả cấp dưới", "Agency, with all below it")},
    "procedure": {"name": "procedure", "in": "query", "schema": text("Mã thủ tục", "Code of the procedure")},
    "updated_after": {
        "name": "updated_after",
        "in": "query",
        "schema": text("Cập nhật sau lúc", "Updated after", format="date-time"),
    },
    "if_match": {
        "name": "If-Match",
        "in": "header",
        "schema": text("Chỉ ghi đè phiên bản này", "Write only over this version"),
        "example": '"3"',
    },
    "if_none_match": {
        "name": "If-None-Match",
        "in": "header",
        "schema": text("Trả 304 nếu vẫn là phiên bản này", "304 if it is still this version"),
        "example": '"3"',
    },
    "idempotency_key": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": text("Gửi lại cùng khóa thì nhận lại câu trả lời cũ", "Repeating it gives the first answer again"),
    },
}


def openapi(service: Service) -> Blueprint:
    """Make the route `/v1/openapi.json`."""
    routes = Blueprint("openapi", __name__, url_prefix="/v1")
    url = service.context.settings.public_url

    @routes.get("/openapi.json")
    @no_guard("the description holds no data")
    def describe() -> Response:
        return Response(orjson.dumps(description(url)), content_type=JSON)

    return routes


@cache
def description(url: str) -> dict[str, Any]:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Liên Thông",
            "version": VERSION,
            "description": "Publish once, and every partner holds it. Any order, any number of times, the same record. "
            "2xx means durable.\n\nGửi một lần, mọi đối tác đều có. Thứ tự nào, bao nhiêu lần, kết quả vẫn như nhau. "
            "Trả lời 2xx nghĩa là đã lưu bền vững.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": url}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(one) for one in OPERATIONS)],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "lt_<id>_<secret>",
                    "description": "Made by `hub clients`; shown once · Do `hub clients` tạo, chỉ hiện một lần",
                }
            },
            "parameters": {name: _parameter(value) for name, value in PARAMETERS.items()},
            "responses": {
                "Problem": {
                    "description": "An error · Lỗi: " + ", ".join(f"{code} ({row[0]})" for code, row in TABLE.items()),
                    "content": {CONTENT_TYPE: {"schema": reference("Problem")}},
                }
            },
            "schemas": {**_documents(), **SCHEMAS, **{_page_name(kind): page(kind) for kind in KINDS}},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return paths


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.en.split(".")[0].split(":")[0],
        ENGLISH_MARK: f"{one.en}\n\n{one.vi}",
        VIETNAMESE_MARK: one.vi,
        "tags": [_tag(one)],
        "responses": {status: _answer(status, name) for status, name in one.answers.items()},
    }
    described["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    if one.parameters:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in one.parameters]
    if one.body:
        content: dict[str, Any] = {"schema": reference(one.body)}
        if one.body in KINDS:
            content["examples"] = {name: {"value": value} for name, value in examples(one.body).items()}
        elif one.example is not None:
            content["example"] = one.example
        if one.media_type == NDJSON:
            content["schema"] = {"type": "string", ENGLISH_MARK: "Lines, each a BatchLine · Mỗi dòng là một BatchLine"}
        described["requestBody"] = {"required": True, "content": {one.media_type: content}}
    return described


def _answer(status: str, name: str) -> dict[str, Any]:
    words = {"200": "Done · Xong", "201": "Created · Đã tạo", "204": "Removed · Đã bỏ", "304": "Not changed · Chưa đổi"}
    answer: dict[str, Any] = {ENGLISH_MARK: words[status]}
    if name == "BatchResult":
        answer["content"] = {NDJSON: {"schema": {"type": "string", ENGLISH_MARK: "Lines, each a BatchResult"}}}
    elif name == "File":
        answer["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    elif name:
        answer["content"] = {JSON: {"schema": reference(name)}}
    return answer


def _parameter(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "required": True} if value["in"] == "path" else value


def _documents() -> dict[str, Any]:
    """The document schemas; what they share stands beside them, described in both languages."""
    schemas: dict[str, Any] = {}
    for kind in FILES:
        whole = bundle(kind, reference="#/components/schemas/")
        shared = whole.pop("$defs")
        for name, schema in {**shared, kind: whole}.items():
            schemas[name] = _described({key: value for key, value in schema.items() if key not in {"$schema", "$id"}})
    return schemas


def _described(node: Any) -> Any:
    """Write both languages into `description`, which is what every tool shows."""
    if isinstance(node, list):
        return [_described(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _described(value) for key, value in node.items()}
    if isinstance(copy.get(ENGLISH_MARK), str) and isinstance(copy.get(VIETNAMESE_MARK), str):
        copy[ENGLISH_MARK] = f"{copy[ENGLISH_MARK]} · {copy[VIETNAMESE_MARK]}"
    return copy


def _page_name(kind: str) -> str:
    return kind.title().replace("_", "") + "Page"


def _tag(one: Operation) -> str:
    return one.path.split("/")[2]
