"""The routes of `/v1` as data, in both languages: what the OpenAPI description is made from.

A test compares this table with the routes the app has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEM: Final = "#/components/responses/Problem"
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route with one method. body, answers: names of component schemas; parameters: names of parameters."""

    method: str
    path: str
    name: str
    vi: str
    en: str
    answers: Mapping[str, str]
    parameters: tuple[str, ...] = ()
    body: str = ""
    media_type: str = JSON
    example: Any = None


_WRITTEN: Final = {"200": "Written", "201": "Written"}
_LIST: Final = ("after", "limit", "status", "agency", "updated_after")
EVENT: Final = {
    "id": "7",
    "occurred_at": "2026-05-12T09:30:00+07:00",
    "status": "processing",
    "content": "Chuyển phòng chuyên môn",
}


def _record(kind: str, path: str, key: str, vi: str, en: str) -> tuple[Operation, ...]:
    """The three routes that every kind of record has."""
    name = kind.title().replace("_", "")
    return (
        Operation(
            "put",
            f"/v1/{path}/{{key}}",
            f"publish{name}",
            f"Gửi {vi}: toàn bộ tài liệu; gửi lại cùng nội dung thì trả lời `unchanged`.",
            f"Publish a {en}: the whole document; the same again answers `unchanged`.",
            _WRITTEN,
            (key, "if_match"),
            kind,
        ),
        Operation(
            "get",
            f"/v1/{path}/{{key}}",
            f"get{name}",
            f"Đọc {vi}.",
            f"Read a {en}.",
            {"200": kind if kind == "procedure" else f"{name}Held", "304": ""},
            (key, "if_none_match"),
        ),
        Operation(
            "get",
            f"/v1/{path}",
            f"list{name}",
            f"Danh sách {vi}, theo thứ tự mã; đi tiếp bằng `after` = `next` đến khi `next` là null.",
            f"List {en}s in the order of their keys; go on with `after` = `next` until that is null.",
            {"200": f"{name}Page"},
            (*_LIST, "procedure") if kind == "dossier" else _LIST,
        ),
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    *_record("procedure", "procedures", "procedure_code", "thủ tục hành chính", "procedure"),
    *_record("dossier", "dossiers", "dossier_code", "hồ sơ", "dossier"),
    Operation(
        "post",
        "/v1/dossiers/{key}/events",
        "addEvents",
        'Thêm tiến độ: một sự kiện, hoặc {"events": […]}. Có thể đến trước hồ sơ của nó.',
        'Add progress: one event, or {"events": […]}. It may come before its dossier.',
        _WRITTEN,
        ("dossier_code", "idempotency_key"),
        "Events",
        example=EVENT,
    ),
    Operation(
        "get",
        "/v1/dossiers/{key}/deliveries",
        "getDeliveries",
        "Hồ sơ này đã đến từng đối tác chưa, vì sao chưa, và nên làm gì.",
        "How each partner stands to the dossier, why, and what to do.",
        {"200": "Deliveries"},
        ("dossier_code",),
    ),
    *_record("postal_order", "postal-orders", "order_number", "đơn bưu chính", "postal order"),
    Operation(
        "post",
        "/v1/batch",
        "batch",
        "NDJSON, hai chiều cùng lúc: mỗi dòng một dòng kết quả, đúng thứ tự, sau khi đã lưu. "
        "Hãy đọc trong khi gửi, hoặc dùng `at_end`. "
        "Dòng hỏng chỉ loại chính nó.",
        "NDJSON, streamed both ways: one result line for each line, in order, after its commit. "
        "Read while you write, or ask for `at_end`. "
        "A bad line rejects only itself.",
        {"200": "BatchResult"},
        ("at_end",),
        body="BatchLine",
        media_type=NDJSON,
        example='{"kind":"event","key":"H56.14-260511-0007","event":'
        '{"occurred_at":"2026-05-12T09:30:00+07:00","status":"processing"}}\n',
    ),
    Operation(
        "get",
        "/v1/changes",
        "getChanges",
        "Mọi thay đổi trong phạm vi của bạn, đúng thứ tự, không sót không trùng; `wait` giây nếu chưa có gì. "
        "`after=end`: chỉ những gì đến từ bây giờ.",
        "Every change in your scope, in order, without gap or double; waits `wait` seconds for the first. "
        "`after=end`: only what comes from now on.",
        {"200": "Changes"},
        ("cursor", "limit", "wait", "documents"),
    ),
    Operation(
        "get",
        "/v1/attachments/{sha256}",
        "getAttachment",
        "Tải tệp đã gửi kèm trong tài liệu.",
        "Fetch a file that came embedded in a document.",
        {"200": "File"},
        ("sha256",),
    ),
    Operation(
        "get",
        "/v1/digests",
        "getDigests",
        "Tổng kiểm theo từng khoảng mã, để hub khác tìm ra chỗ khác nhau mà không phải đọc hết.",
        "Sums over ranges of keys, by which another hub finds what differs without reading all.",
        {"200": "Digests"},
        ("kind", "from", "to", "parts", "agency"),
    ),
    Operation(
        "get",
        "/v1/high-water",
        "getHighWater",
        "Sau khi hub được khôi phục từ bản sao lưu: cần gửi lại những gì, kể từ lúc nào.",
        "After the hub was restored from a backup: what to send again, and from when on.",
        {"200": "HighWater"},
    ),
    Operation(
        "put",
        "/v1/high-water",
        "confirmHighWater",
        "Báo rằng đã gửi lại xong trong kỳ này.",
        "Say that all was sent again in this epoch.",
        {"200": "HighWater"},
        body="HighWaterWish",
        example={"epoch": "5f0c2a9b1d3e"},
    ),
    Operation(
        "put",
        "/v1/webhook",
        "setWebhook",
        "Đặt địa chỉ nhận thay đổi. Khóa ký chỉ hiện một lần; `rotate` tạo khóa mới, khóa cũ còn ký cùng.",
        "Set where changes are told. The signing secret is shown once; `rotate` makes a new one, the last signs too.",
        {"200": "Webhook"},
        body="WebhookWish",
        example={"url": "https://mot-cua.example.vn/hub"},
    ),
    Operation("get", "/v1/webhook", "getWebhook", "Xem webhook.", "Look at the webhook.", {"200": "Webhook"}),
    Operation("delete", "/v1/webhook", "removeWebhook", "Bỏ webhook.", "Remove the webhook.", {"204": ""}),
)
