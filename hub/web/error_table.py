"""Every error the web room answers: code → HTTP status and its sentence in Vietnamese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    "epoch_mismatch": (
        409,
        "Hub đã sang kỳ khác; hãy đọc lại /v1/high-water.",
        "The hub is in another epoch by now; read /v1/high-water again.",
    ),
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
    "backlog_full": (
        429,
        "Quá nhiều việc đang chờ gửi; hãy gửi lại sau số giây trong Retry-After.",
        "Too much waits to be delivered; send it again after the seconds in Retry-After.",
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
    "storage_full": (
        503,
        "Hệ thống gần hết chỗ lưu nên tạm ngừng nhận; những gì đã nhận vẫn còn. Hãy gửi lại sau.",
        "The hub is running out of storage and takes nothing in for the moment; what it took is kept. Send it later.",
    ),
    "catching_up": (
        503,
        "Đang cập nhật chỉ mục sau nâng cấp; hãy thử lại.",
        "An index is being brought up to date after an update; try again.",
    ),
    "channel_unusable": (
        503,
        "Kênh này tạm thời không dùng được.",
        "The channel cannot be used for the moment.",
    ),
}
