"""What the database says when it cannot serve, in words a person can act on."""

from __future__ import annotations

from typing import NamedTuple


class Trouble(NamedTuple):
    """What is wrong and what to do, in both languages."""

    english: str
    vietnamese: str
    todo: str


# What stands in the driver's own sentence → what it means; the first that fits.
KNOWN: tuple[tuple[tuple[str, ...], Trouble], ...] = (
    (
        ("no such table", "no such column", "does not exist"),
        Trouble(
            "The database has no schema of the hub, or an old one.",
            "Cơ sở dữ liệu chưa có lược đồ, hoặc lược đồ cũ.",
            "Run `hub init`. · Hãy chạy `hub init`.",
        ),
    ),
    (
        ("not a database", "malformed"),
        Trouble(
            "The database file is damaged, or is no database.",
            "Tệp cơ sở dữ liệu bị hỏng hoặc không phải cơ sở dữ liệu.",
            "Keep the file, stop the hub, put the last backup in its place: hub restore. · "
            "Giữ lại tệp, dừng hub, khôi phục bản sao lưu gần nhất: hub restore.",
        ),
    ),
    (
        ("locked",),
        Trouble(
            "Another program holds the database.",
            "Chương trình khác đang khóa cơ sở dữ liệu.",
            "Look who has the file open, and end that. · Xem chương trình nào đang mở tệp và kết thúc nó.",
        ),
    ),
    (
        ("readonly", "read-only"),
        Trouble(
            "The database cannot be written.",
            "Không ghi được vào cơ sở dữ liệu.",
            "May this user write the file and its folder? Is the disk mounted for writing? Is it a standby? · "
            "Người dùng này có quyền ghi tệp và thư mục không? Đĩa có cho ghi không? Có phải máy dự phòng không?",
        ),
    ),
    (
        ("full", "No space left", "disk I/O"),
        Trouble("The disk is full or faulty.", "Đĩa đầy hoặc lỗi.", "Make room. · Giải phóng dung lượng đĩa."),
    ),
    (
        ("unable to open",),
        Trouble(
            "The database file cannot be opened.",
            "Không mở được tệp cơ sở dữ liệu.",
            "If it was never made: `hub init`. Else: is the folder there, and may this user write in it? · "
            "Nếu chưa tạo: `hub init`. Nếu có rồi: thư mục có tồn tại và có quyền ghi không?",
        ),
    ),
)
OTHER = Trouble(
    "The database does not answer.",
    "Không kết nối được cơ sở dữ liệu.",
    "Is it running? Is HUB_DATABASE_URL right? · Cơ sở dữ liệu có chạy không? HUB_DATABASE_URL có đúng không?",
)


def trouble(problem: Exception) -> Trouble:
    """Say what the problem means; the driver's own first line is kept."""
    line = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0]
    known = next((one for words, one in KNOWN if any(word in line for word in words)), OTHER)
    return known._replace(english=f"{known.english[:-1]}: {line}")
