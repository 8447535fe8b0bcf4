"""Component schemas of the OpenAPI description that no document schema has: answers, lines of a batch, errors."""

from __future__ import annotations

from typing import Any, Final

from hub.domain.messages import KINDS
from hub.flows.accept import Word
from hub.sdk.outcomes import Reason

Schema = dict[str, Any]


def text(vi: str, en: str, **more: Any) -> Schema:
    """A string with its meaning in both languages."""
    return {"type": "string", "description": f"{en} · {vi}", **more}


def _object(required: list[str], properties: Schema, **more: Any) -> Schema:
    return {"type": "object", "required": required, "properties": properties, **more}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def reference(name: str) -> Schema:
    """A reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
WORDS: Final = [word.value for word in Word if word is not Word.PRECONDITION_FAILED]
KIND: Final = text("Loại bản ghi", "Kind of record", enum=list(KINDS))

_WRITTEN: Final = _object(
    ["kind", "key", "version", "word", "flags", "warnings"],
    {
        "kind": KIND,
        "key": text("Mã", "Key"),
        "version": WHOLE,
        "word": text("Kết quả", "What became of it", enum=WORDS),
        "status": {"type": ["string", "null"], "description": "Status of the record now · Trạng thái hiện tại"},
        "flags": _list(text("Cờ", "What is odd about the record")),
        "warnings": _list(reference("Finding")),
    },
)
_LINE: Final[Schema] = {"type": "integer", "minimum": 1, "description": "Number of the line · Số thứ tự dòng"}

SCHEMAS: Final[dict[str, Schema]] = {
    "Finding": _object(
        ["pointer", "code", "vi", "en"],
        {
            "pointer": text("Vị trí (JSON Pointer)", "Where (JSON Pointer)"),
            "code": text("Mã ổn định", "Stable code"),
            "vi": text("Câu tiếng Việt", "Sentence in Vietnamese"),
            "en": text("Câu tiếng Anh", "Sentence in English"),
        },
    ),
    "Problem": _object(
        ["type", "title", "status", "code", "detail", "vi", "en", "request_id"],
        {
            "type": text("Trang giải thích", "Page that explains it", format="uri-reference"),
            "title": text("Tên lỗi", "Name of the error"),
            "status": {"type": "integer"},
            "code": text("Mã ổn định", "Stable code"),
            "detail": text("Câu theo Accept-Language", "Sentence by Accept-Language"),
            "vi": text("Câu tiếng Việt", "Sentence in Vietnamese"),
            "en": text("Câu tiếng Anh", "Sentence in English"),
            "errors": _list(reference("Finding")),
            "request_id": text("Mã yêu cầu, để báo lỗi", "Id of the request, to report it"),
        },
    ),
    "Written": _WRITTEN,
    "Events": {
        "oneOf": [
            reference("event"),
            _object(
                ["events"],
                {"events": {**_list(reference("event")), "minItems": 1, "maxItems": 1000}},
                additionalProperties=False,
            ),
        ]
    },
    "BatchLine": {
        "oneOf": [
            *(
                _object(
                    ["kind", "document"],
                    {"kind": {"const": kind}, "document": reference(kind)},
                    additionalProperties=False,
                )
                for kind in KINDS
            ),
            _object(
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
            _object(["line", *_WRITTEN["required"]], {"line": _LINE, **_WRITTEN["properties"]}),
            _object(
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
    "Change": _object(
        ["cursor", "kind", "key", "version", "word", "source", "agency", "events", "at"],
        {
            "cursor": text("Con trỏ ngay sau dòng này", "Cursor right after this line"),
            "kind": KIND,
            "key": text("Mã", "Key"),
            "version": WHOLE,
            "word": text("Tạo mới hay cập nhật", "What happened", enum=["created", "updated"]),
            "source": text("Ai gửi", "Who told it: a client, a channel, or hub"),
            "agency": text("Cơ quan", "Agency of the record"),
            "events": _list(text("Khóa sự kiện mới", "Key of an event that is new")),
            "at": text("Lúc nào", "When", format="date-time"),
            "origin": text("Ai gửi bản ghi này đầu tiên", "Who first told of the record"),
            "document": {"type": "object", "description": "The record's present document · Tài liệu hiện tại"},
        },
    ),
    "Digests": _object(
        ["kind", "agencies", "parts"],
        {
            "kind": KIND,
            "agencies": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "description": "Only under these · Chỉ các cơ quan này",
            },
            "parts": _list(
                _object(
                    ["from", "count", "digest"],
                    {
                        "from": text("Mã đầu tiên", "First key"),
                        "count": WHOLE,
                        "digest": text("Tổng kiểm", "Sum of the prints"),
                    },
                )
            ),
        },
    ),
    "HighWater": _object(
        ["client", "epoch", "held", "last", "resend_from"],
        {
            "client": text("Tên hệ thống", "Name of the client"),
            "epoch": _object(
                ["id", "number", "restored_at"],
                {"id": text("Mã kỳ", "Id"), "number": WHOLE, "restored_at": {"type": ["string", "null"]}},
            ),
            "held": {
                "type": "boolean",
                "description": "Nothing is delivered now · Đang tạm giữ, chưa gửi đi",
            },
            "last": {
                "type": ["object", "null"],
                "description": "Your last change we hold · Thay đổi cuối còn giữ",
            },
            "resend_from": {"type": ["string", "null"], "description": "Send again from here on · Gửi lại từ lúc này"},
        },
    ),
    "HighWaterWish": _object(["epoch"], {"epoch": text("Mã kỳ", "Id of the epoch")}, additionalProperties=False),
    "Changes": _object(
        ["items", "next", "more"],
        {
            "items": _list(reference("Change")),
            "next": text("Đưa vào `after` lần sau", "Give it as `after` next time"),
            "more": {"type": "boolean", "description": "There is more at once · Còn nữa ngay"},
        },
    ),
    "Deliveries": _object(
        ["key", "version", "items"],
        {
            "key": text("Mã hồ sơ", "Code"),
            "version": WHOLE,
            "items": _list(
                _object(
                    ["channel", "state", "wanted_version", "acknowledged_version", "attempts", "updated_at"],
                    {
                        "channel": text("Kênh", "Channel"),
                        "state": text("Trạng thái", "State", enum=["waiting", "delivered", "parked"]),
                        "wanted_version": WHOLE,
                        "acknowledged_version": {"type": ["integer", "null"]},
                        "attempts": WHOLE,
                        "updated_at": text("Lúc nào", "When", format="date-time"),
                        "due_at": text("Lần thử tới", "Next try", format="date-time"),
                        "reason": text("Lý do", "Reason", enum=[reason.value for reason in Reason]),
                        "code": {"type": ["string", "null"], "description": "The partner's own code · Mã của đối tác"},
                        "detail": {"type": ["string", "null"]},
                        "advice": _object(["vi", "en"], {"vi": {"type": "string"}, "en": {"type": "string"}}),
                    },
                )
            ),
        },
    ),
    "WebhookWish": _object(
        ["url"],
        {
            "url": text("Địa chỉ", "Address", format="uri", maxLength=2000),
            "rotate": {"type": "boolean", "description": "Make a new secret · Tạo khóa mới"},
        },
        additionalProperties=False,
    ),
    "Webhook": _object(
        ["url", "secrets", "cursor", "paused", "failures", "detail"],
        {
            "url": text("Địa chỉ", "Address"),
            "secret": text("Khóa ký, chỉ hiện một lần", "Signing secret, shown once"),
            "secrets": {"type": "integer", "description": "How many secrets sign · Số khóa đang ký"},
            "cursor": text("Đã báo tới đâu", "How far it has been told"),
            "paused": {"type": "boolean"},
            "failures": WHOLE,
            "detail": {"type": ["string", "null"]},
        },
    ),
}


def page(kind: str) -> Schema:
    """The answer of a list."""
    from hub.domain.messages import KEY_OF

    entry = _object(
        [KEY_OF[kind], "version", "updated_at", "document"],
        {
            KEY_OF[kind]: text("Mã", "Key"),
            "version": WHOLE,
            "updated_at": text("Lúc nào", "When", format="date-time"),
            "document": {"type": "object", "description": f"A {kind} as GET gives it"},
        },
    )
    return _object(["items", "next"], {"items": _list(entry), "next": {"type": ["string", "null"]}})
