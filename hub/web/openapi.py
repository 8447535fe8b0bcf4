"""The OpenAPI 3.1 description, made from the document schemas and the table of operations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Blueprint, Response

from hub.domain.bundling import examples
from hub.domain.messages import KINDS
from hub.web.components import SCHEMAS, reference
from hub.web.components_read import READ_SCHEMAS, page
from hub.web.described import PARAMETERS, documents
from hub.web.error_table import TABLE
from hub.web.errors import CONTENT_TYPE
from hub.web.guards import no_guard
from hub.web.operations import JSON, NDJSON, OPERATIONS, Operation

if TYPE_CHECKING:
    from hub.web.service import Service

VERSION: Final = "1.0"
ENGLISH_MARK, VIETNAMESE_MARK = "description", "x-description-vi"


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
                "Pressed": {
                    "description": "Too much waits, or storage runs low: come again after the seconds in Retry-After · "
                    "Quá tải hoặc gần hết chỗ lưu: hãy gửi lại sau số giây trong Retry-After",
                    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                    "content": {CONTENT_TYPE: {"schema": reference("Problem")}},
                },
                "Problem": {
                    "description": "An error · Lỗi: " + ", ".join(f"{code} ({row[0]})" for code, row in TABLE.items()),
                    "content": {CONTENT_TYPE: {"schema": reference("Problem")}},
                },
            },
            "schemas": {**documents(), **SCHEMAS, **READ_SCHEMAS, **{_page_name(kind): page(kind) for kind in KINDS}},
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
    if one.body and one.body != "WebhookWish":
        described["responses"] |= {status: {"$ref": "#/components/responses/Pressed"} for status in ("429", "503")}
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


def _page_name(kind: str) -> str:
    return kind.title().replace("_", "") + "Page"


def _tag(one: Operation) -> str:
    return one.path.split("/")[2]
