"""Parameters and document schemas as the OpenAPI description shows them, in both languages."""

from __future__ import annotations

from typing import Any, Final

from hub.domain.bundling import FILES, bundle
from hub.domain.messages import KINDS
from hub.web.components import text

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
    "at_end": {
        "name": "at_end",
        "in": "query",
        "schema": {
            "type": "boolean",
            "default": False,
            "description": "Send the results when all lines were read · Trả kết quả sau khi đã đọc hết các dòng",
        },
    },
    "status": {"name": "status", "in": "query", "schema": text("Trạng thái", "Status")},
    "agency": {"name": "agency", "in": "query", "schema": text("Cơ quan, kể cả cấp dưới", "Agency, with all below it")},
    "procedure": {"name": "procedure", "in": "query", "schema": text("Mã thủ tục", "Code of the procedure")},
    "kind": {"name": "kind", "in": "query", "required": True, "schema": text("Loại bản ghi", "Kind", enum=list(KINDS))},
    "from": {"name": "from", "in": "query", "schema": text("Từ mã này", "From this key on")},
    "to": {"name": "to", "in": "query", "schema": text("Đến trước mã này", "To before this key")},
    "parts": {"name": "parts", "in": "query", "schema": {"type": "integer", "minimum": 2, "maximum": 1000}},
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


def documents() -> dict[str, Any]:
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
