"""Component schemas of the OpenAPI description that no document schema has: of writes, batches and errors."""

from __future__ import annotations

from typing import Any, Final

from hub.domain.messages import KINDS
from hub.flows.accept import Word

Schema = dict[str, Any]


def text(vi: str, en: str, **more: Any) -> Schema:
    """A string with its meaning in both languages."""
    return {"type": "string", "description": f"{en} · {vi}", **more}


def mapping(required: list[str], properties: Schema, **more: Any) -> Schema:
    """An object."""
    return {"type": "object", "required": required, "properties": properties, **more}


def listing(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def reference(name: str) -> Schema:
    """A reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
WORDS: Final = [word.value for word in Word if word is not Word.PRECONDITION_FAILED]
KIND: Final = text("Loại bản ghi", "Kind of record", enum=list(KINDS))

_WRITTEN: Final = mapping(
    ["kind", "key", "version", "word", "flags", "warnings"],
    {
        "kind": KIND,
        "key": text("Mã", "Key"),
        "version": WHOLE,
        "word": text("Kết quả", "What became of it", enum=WORDS),
        "status": {"type": ["string", "null"], "description": "Status of the record now · Trạng thái hiện tại"},
        "flags": listing(text("Cờ", "What is odd about the record")),
        "warnings": listing(reference("Finding")),
    },
)
_LINE: Final[Schema] = {"type": "integer", "minimum": 1, "description": "Number of the line · Số thứ tự dòng"}

SCHEMAS: Final[dict[str, Schema]] = {
    "Finding": mapping(
        ["pointer", "code", "vi", "en"],
        {
            "pointer": text("Vị trí (JSON Pointer)", "Where (JSON Pointer)"),
            "code": text("Mã ổn định", "Stable code"),
            "vi": text("Câu tiếng Việt", "Sentence in Vietnamese"),
            "en": text("Câu tiếng Anh", "Sentence in English"),
        },
    ),
    "Problem": mapping(
        ["type", "title", "status", "code", "detail", "vi", "en", "request_id"],
        {
            "type": text("Trang giải thích", "Page that explains it", format="uri-reference"),
            "title": text("Tên lỗi", "Name of the error"),
            "status": {"type": "integer"},
            "code": text("Mã ổn định", "Stable code"),
            "detail": text("Câu theo Accept-Language", "Sentence by Accept-Language"),
            "vi": text("Câu tiếng Việt", "Sentence in Vietnamese"),
            "en": text("Câu tiếng Anh", "Sentence in English"),
            "errors": listing(reference("Finding")),
            "request_id": text("Mã yêu cầu, để báo lỗi", "Id of the request, to report it"),
        },
    ),
    "Written": _WRITTEN,
    "Events": {
        "oneOf": [
            reference("event"),
            mapping(
                ["events"],
                {"events": {**listing(reference("event")), "minItems": 1, "maxItems": 1000}},
                additionalProperties=False,
            ),
        ]
    },
    "BatchLine": {
        "oneOf": [
            *(
                mapping(
                    ["kind", "document"],
                    {"kind": {"const": kind}, "document": reference(kind)},
                    additionalProperties=False,
                )
                for kind in KINDS
            ),
            mapping(
                ["kind", "key", "event"],
                {
                    "kind": {"const": "event"},
                    "key": text("Mã hồ sơ", "Code of the dossier"),
                    "event": reference("event"),
                },
                additionalProperties=False,
            ),
        ]
    },
    "BatchResult": {
        "oneOf": [
            mapping(["line", *_WRITTEN["required"]], {"line": _LINE, **_WRITTEN["properties"]}),
            mapping(
                ["line", "error"],
                {
                    "line": _LINE,
                    "ended": {
                        "type": "boolean",
                        "description": "The batch ended here; nothing from this line on was taken in · Lô dừng ở đây",
                    },
                    "error": reference("Problem"),
                },
            ),
        ]
    },
}
