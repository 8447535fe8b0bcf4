"""Every setting, declared once: name, type, default, help in both languages, whether secret."""

# ruff: noqa: RUF009 (`setting` is dataclasses.field with the words a setting needs)

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable


class SettingsError(ValueError):
    """The settings are not usable; `sentences` tells all that is wrong with them."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


def setting(
    default: Any, english: str, vietnamese: str, *, secret: bool = False, least: float | None = None, form: str = ""
) -> Any:
    """Declare one setting. least: the smallest number allowed. form: a pattern for text."""
    metadata = {"english": english, "vietnamese": vietnamese, "secret": secret, "least": least, "form": form}
    return field(default=default, metadata=metadata, repr=not secret)


Answer = Literal["accept", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; secrets are not shown. The time zone is Asia/Ho_Chi_Minh and no setting."""

    database_url: str = setting(
        "sqlite:///lienthong.db",
        "Database: SQLite, or PostgreSQL as postgresql+psycopg://…",
        "Cơ sở dữ liệu: SQLite, hoặc PostgreSQL dạng postgresql+psycopg://…",
        secret=True,  # a password may stand in it; `engine` is shown instead
        form=r"sqlite:///(?!:memory:).+|postgresql(\+psycopg)?://.+",
    )
    database_pooled: bool = setting(
        False,
        "The database is reached through a pooler in transaction mode (pgbouncer): no prepared statements, no LISTEN",
        "Kết nối qua bộ gộp kết nối ở chế độ transaction (pgbouncer): không dùng prepared statement và LISTEN",
    )
    direct_database_url: str = setting(
        "",
        "The same PostgreSQL without the pooler, for LISTEN, migrations and backup; empty: as `database_url`",
        "Địa chỉ PostgreSQL không qua bộ gộp, cho LISTEN, nâng lược đồ và sao lưu; để trống: như `database_url`",
        secret=True,
        form=r"(postgresql(\+psycopg)?://.+)?",
    )
    listen: str = setting(
        "127.0.0.1:8700", "Address and port of the web server", "Địa chỉ và cổng của máy chủ web", form=r".+:\d{1,5}"
    )
    public_url: str = setting(
        "",
        "Address under which others reach the hub (attachments, webhooks); empty: http:// and `listen`",
        "Địa chỉ để bên ngoài gọi vào (tệp đính kèm, webhook); để trống: http:// và `listen`",
        form=r"(https?://.+)?",
    )
    web_processes: int = setting(
        0,
        "Web processes; 0: one on SQLite, two on PostgreSQL",
        "Số tiến trình web; 0: một với SQLite, hai với PostgreSQL",
        least=0,
    )
    web_threads: int = setting(64, "Threads of each web process", "Số luồng của mỗi tiến trình web", least=1)
    worker_processes: int = setting(
        0,
        "Workers that `hub serve` starts; 0: two, on a single core one; `hub worker` starts one more anywhere",
        "Số worker do `hub serve` khởi động; 0: hai, máy một nhân thì một; `hub worker` chạy thêm ở bất kỳ đâu",
        least=0,
    )
    secret_key: str = setting(
        "",
        "Key that encrypts channel secrets and signs links, 32 characters or more; empty: read from `secret_key_file`",
        "Khóa mã hóa bí mật của kênh và ký liên kết, từ 32 ký tự; để trống: đọc từ `secret_key_file`",
        secret=True,
        form=r"(.{32,})?",
    )
    secret_key_file: Path = setting(
        Path("lienthong.key"),
        "File with that key, readable by its owner only; `hub init` makes it",
        "Tệp chứa khóa, chỉ chủ sở hữu đọc được; `hub init` tạo ra",
    )
    body_limit: int = setting(
        16 * 2**20, "Largest request body, bytes", "Kích thước yêu cầu lớn nhất, byte", least=1024
    )
    batch_limit: int = setting(2**30, "Largest NDJSON batch, bytes", "Kích thước lô NDJSON lớn nhất, byte", least=1024)
    depth_limit: int = setting(
        32, "Deepest nesting of a JSON document", "Số tầng lồng nhau tối đa của tài liệu JSON", least=4
    )
    unknown_procedure: Answer = setting(
        "accept",
        "A dossier under a procedure the hub does not know: accept with a warning in the answer, or refuse",
        "Hồ sơ thuộc thủ tục hub chưa biết: nhận kèm cảnh báo, hoặc từ chối",
    )
    unknown_agency: Answer = setting(
        "accept",
        "A dossier of an agency the hub does not know: accept with a warning in the answer, or refuse",
        "Hồ sơ của cơ quan hub chưa biết: nhận kèm cảnh báo, hoặc từ chối",
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "Least level of the log", "Mức nhật ký thấp nhất"
    )
    log_format: Literal["json", "console"] = setting(
        "json", "Form of the log: for machines or for people", "Dạng nhật ký: cho máy hoặc cho người đọc"
    )
    block_plugins: tuple[str, ...] = setting(
        (), "Plugins (entry point names) that are not loaded", "Các plugin (tên entry point) không nạp"
    )
    trace_plugins: bool = setting(
        False, "Tell every hook call, masked, on standard error", "Ghi mọi lời gọi hook (đã che) ra stderr"
    )
    disk_minimum: int = setting(
        200 * 2**20,
        "Free bytes below which nothing more is taken in (503 with Retry-After); 0: never",
        "Dung lượng trống tối thiểu, byte; dưới mức này ngừng nhận (503 kèm Retry-After); 0: không xét",
        least=0,
    )
    disk_directory: Path | None = setting(
        None,
        "Where to look for free space; empty: beside the SQLite file, with PostgreSQL nowhere",
        "Thư mục để xét dung lượng trống; để trống: cạnh tệp SQLite, với PostgreSQL thì không xét",
    )
    backlog_limit: int = setting(
        1_000_000,
        "Waiting deliveries of one channel from which nothing more is taken in (429 with Retry-After); 0: never",
        "Số lượt gửi đang chờ của một kênh; từ mức này ngừng nhận (429 kèm Retry-After); 0: không xét",
        least=0,
    )
    backlog_seconds: float = setting(
        0.0,
        "Age of a channel's oldest waiting delivery from which nothing more is taken in (429); 0: never",
        "Tuổi của lượt gửi chờ lâu nhất; từ mức này ngừng nhận (429); 0: không xét",
        least=0,
    )
    attempts_days: int = setting(
        90,
        "Days for which attempts and their masked exchanges are kept",
        "Số ngày giữ các lần gửi và nội dung trao đổi (đã che)",
        least=1,
    )
    items_days: int = setting(
        3650,
        "Days for which raw items from partners are kept",
        "Số ngày giữ bản gốc nhận từ đối tác",
        least=1,
    )
    idempotency_days: int = setting(
        7,
        "Days for which an Idempotency-Key gives the first answer again",
        "Số ngày một Idempotency-Key còn trả lại câu trả lời đầu tiên",
        least=1,
    )
    lease_seconds: float = setting(
        10.0, "How long a worker owns the deliveries it claimed", "Thời gian worker giữ các lượt gửi đã nhận", least=1
    )
    poll_seconds: float = setting(
        0.2, "How often an idle worker looks for work", "Chu kỳ worker rảnh tìm việc", least=0.01
    )
    long_poll_seconds: float = setting(
        30.0, "Longest wait of the change feed", "Thời gian chờ dài nhất của luồng thay đổi", least=0
    )
    stop_seconds: float = setting(
        10.0, "Time to finish politely after SIGTERM", "Thời gian kết thúc êm sau SIGTERM", least=0
    )
    metrics_directory: Path | None = setting(
        None,
        "Directory in which several processes count together; empty: each for itself",
        "Thư mục để nhiều tiến trình đếm chung số liệu; để trống: đếm riêng",
    )
    webhook_allow_private: bool = setting(
        False,
        "Let clients' webhooks lead to private and loopback addresses",
        "Cho phép webhook của client trỏ tới địa chỉ nội bộ",
    )

    def __post_init__(self) -> None:
        """Fill in what follows from other settings."""
        if not self.web_processes:
            object.__setattr__(self, "web_processes", 1 if self.engine == "sqlite" else 2)
        if not self.worker_processes:
            object.__setattr__(self, "worker_processes", min(os.cpu_count() or 1, 2))
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://{self.listen}")

    @property
    def direct_url(self) -> str:
        """The database itself, whatever stands before it."""
        return self.direct_database_url or self.database_url

    @property
    def engine(self) -> str:
        """Which database it is: sqlite or postgresql."""
        return re.split(r"[+:]", self.database_url, maxsplit=1)[0]

    def require_secret_key(self) -> str:
        """Return the key. Raises SettingsError when there is none."""
        if not self.secret_key:
            there = f"There is no secret key: set HUB_SECRET_KEY or run `hub init`, which makes {self.secret_key_file}."
            raise SettingsError([f"{there} (Chưa có khóa bí mật: hãy đặt HUB_SECRET_KEY hoặc chạy `hub init`.)"])
        return self.secret_key
