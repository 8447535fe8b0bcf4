"""Component schemas of what is read: the feed, deliveries, webhooks, pages of lists."""

from __future__ import annotations

from typing import Final

from hub.domain.messages import KEY_OF
from hub.sdk.outcomes import Reason
from hub.web.components import KIND, WHOLE, Schema, listing, mapping, reference, text


def _held(kind: str) -> Schema:
    """A record as GET gives it: whole, or of which only events came so far."""
    incomplete = mapping(
        [KEY_OF[kind], "events", "status", "status_at", "flags"],
        {
            KEY_OF[kind]: text("Mã", "Key"),
            "events": listing(reference("event" if kind == "dossier" else "postal_event")),
            "status": {"type": "string"},
            "status_at": {"type": "string", "format": "date-time"},
            "flags": {**listing({"type": "string"}), "contains": {"const": "incomplete"}},
        },
        description="Only events came so far; `flags` has `incomplete` · Mới có sự kiện; `flags` có `incomplete`",
        additionalProperties=False,
    )
    return {"anyOf": [reference(kind), incomplete]}


READ_SCHEMAS: Final[dict[str, Schema]] = {
    "DossierHeld": _held("dossier"),
    "PostalOrderHeld": _held("postal_order"),
    "Change": mapping(
        ["cursor", "kind", "key", "version", "word", "source", "agency", "events", "at"],
        {
            "cursor": text("Con trỏ ngay sau dòng này", "Cursor right after this line"),
            "kind": KIND,
            "key": text("Mã", "Key"),
            "version": WHOLE,
            "word": text("Tạo mới hay cập nhật", "What happened", enum=["created", "updated"]),
            "source": text("Ai gửi", "Who told it: a client, a channel, or hub"),
            "agency": text("Cơ quan", "Agency of the record"),
            "events": listing(text("Khóa sự kiện mới", "Key of an event that is new")),
            "at": text("Lúc nào", "When", format="date-time"),
            "origin": text("Ai gửi bản ghi này đầu tiên", "Who first told of the record"),
            "document": {"type": "object", "description": "The record's present document · Tài liệu hiện tại"},
        },
    ),
    "Digests": mapping(
        ["kind", "agencies", "parts"],
        {
            "kind": KIND,
            "agencies": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "description": "Only under these · Chỉ các cơ quan này",
            },
            "parts": listing(
                mapping(
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
    "HighWater": mapping(
        ["client", "epoch", "held", "last", "resend_from"],
        {
            "client": text("Tên hệ thống", "Name of the client"),
            "epoch": mapping(
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
    "HighWaterWish": mapping(["epoch"], {"epoch": text("Mã kỳ", "Id of the epoch")}, additionalProperties=False),
    "Changes": mapping(
        ["items", "next", "more"],
        {
            "items": listing(reference("Change")),
            "next": text("Đưa vào `after` lần sau", "Give it as `after` next time"),
            "more": {"type": "boolean", "description": "There is more at once · Còn nữa ngay"},
        },
    ),
    "Deliveries": mapping(
        ["key", "version", "items"],
        {
            "key": text("Mã hồ sơ", "Code"),
            "version": WHOLE,
            "items": listing(
                mapping(
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
                        "advice": mapping(["vi", "en"], {"vi": {"type": "string"}, "en": {"type": "string"}}),
                    },
                )
            ),
        },
    ),
    "WebhookWish": mapping(
        ["url"],
        {
            "url": text("Địa chỉ", "Address", format="uri", maxLength=2000),
            "rotate": {"type": "boolean", "description": "Make a new secret · Tạo khóa mới"},
        },
        additionalProperties=False,
    ),
    "Webhook": mapping(
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
    entry = mapping(
        [KEY_OF[kind], "version", "updated_at", "document"],
        {
            KEY_OF[kind]: text("Mã", "Key"),
            "version": WHOLE,
            "updated_at": text("Lúc nào", "When", format="date-time"),
            "document": {"type": "object", "description": f"A {kind} as GET gives it"},
        },
    )
    return mapping(["items", "next"], {"items": listing(entry), "next": {"type": ["string", "null"]}})
