"""Why a delivery did not go through, and what an operator can do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reason(StrEnum):
    """Why an outcome is not `delivered`; an operator sees the word with its advice."""

    DATA = "data"  # the partner refuses the content
    ORDER = "order"  # the partner wants something else first
    NOT_READY = "not_ready"  # our own condition is not met yet (quiet hours, dossier not accepted)
    CREDENTIALS = "credentials"  # login, token or permission refused
    BUSY = "busy"  # the partner asks us to slow down
    UNREACHABLE = "unreachable"  # no connection; nothing was sent
    UNANSWERED = "unanswered"  # sent, but the answer did not come
    GARBLED = "garbled"  # an answer came that cannot be read
    UNKNOWN_CODE = "unknown_code"  # an answer came whose code no table knows
    MAPPING = "mapping"  # our mapping cannot express this record for the partner
    FAULT = "fault"  # our own code failed; see the log
    WORKER_LOST = "worker_lost"  # whoever tried it died or hung, several times in a row; said by the hub only
    EXHAUSTED = "exhausted"  # out of tries
    UNCERTAIN = "uncertain"  # sent once, the partner can neither be asked nor tell doubles apart


ADVICE: Mapping[Reason, tuple[str, str]] = {
    Reason.DATA: ("Sửa dữ liệu ở hệ thống nguồn rồi gửi lại.", "Correct the data at its source, then publish again."),
    Reason.ORDER: ("Kiểm tra bước trước đã đến đối tác chưa, rồi phát lại.", "Check the earlier step, then replay."),
    Reason.NOT_READY: ("Không cần làm gì; hệ thống tự gửi khi đủ điều kiện.", "Nothing to do; it goes when due."),
    Reason.CREDENTIALS: ("Kiểm tra tài khoản và mật khẩu của kênh.", "Check the channel's account and password."),
    Reason.BUSY: ("Không cần làm gì; có thể giảm tốc độ của kênh.", "Nothing to do; consider a lower rate."),
    Reason.UNREACHABLE: ("Kiểm tra đường truyền và địa chỉ của kênh.", "Check the line and the channel's address."),
    Reason.UNANSWERED: ("Hệ thống sẽ hỏi lại đối tác trước khi gửi.", "The hub asks the partner before resending."),
    Reason.GARBLED: ("Báo đối tác kèm nội dung trả lời đã ghi.", "Report the recorded answer to the partner."),
    Reason.UNKNOWN_CODE: ("Bổ sung mã vào bảng mã của trình kết nối.", "Add the code to the connector's table."),
    Reason.MAPPING: ("Bổ sung thông tin còn thiếu hoặc sửa ánh xạ.", "Add what is missing or mend the mapping."),
    Reason.FAULT: ("Xem nhật ký; lỗi của trình kết nối.", "See the log; the connector has a defect."),
    Reason.WORKER_LOST: (
        "Xem nhật ký vì sao worker chết khi gửi bản ghi này, khắc phục rồi phát lại.",
        "See the log for why workers died on this record; mend it, then replay.",
    ),
    Reason.EXHAUSTED: ("Tìm nguyên nhân ở lần thử cuối rồi phát lại.", "Find the cause in the last attempt; replay."),
    Reason.UNCERTAIN: ("Hỏi đối tác đã nhận chưa rồi quyết định.", "Ask the partner whether it came, then decide."),
}
