"""Every setting, declared once: name, type, default, help in both languages, whether secret.

Values come from the environment (`HUB_…`), then from a TOML file (`HUB_CONFIG` or `--config`), then from the default.
Unknown names are errors. `python -m hub.config` prints the reference page.
"""

# ruff: noqa: RUF009 (`setting` is dataclasses.field with the words a setting needs)

from __future__ import annotations

import difflib
import os
import re
import secrets
import stat
import sys
import tomllib
import typing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "HUB_"
CONFIG = "HUB_CONFIG"
KEY_BYTES = 32
UNITS = {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


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
        form=r"(sqlite|postgresql)(\+\w+)?://.+",
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
        form=r"(postgresql(\+\w+)?://.+)?",
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
    web_threads: int = setting(32, "Threads of each web process", "Số luồng của mỗi tiến trình web", least=1)
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
            raise SettingsError(
                [f"There is no secret key: set HUB_SECRET_KEY or run `hub init`, which makes {self.secret_key_file}."]
            )
        return self.secret_key


@dataclass(frozen=True, slots=True)
class Declaration:
    """One row of the table of settings."""

    name: str
    kind: Any
    default: Any
    english: str
    vietnamese: str
    secret: bool
    least: float | None
    form: str

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return f"{PREFIX}{self.name.upper()}"


def _declared() -> dict[str, Declaration]:
    kinds = typing.get_type_hints(Settings)
    return {
        each.name: Declaration(each.name, kinds[each.name], each.default, **each.metadata) for each in fields(Settings)
    }


DECLARATIONS: Mapping[str, Declaration] = _declared()


def load(environment: Mapping[str, str] | None = None, *, file: Path | None = None) -> Settings:
    """Read the settings. Raises SettingsError with a sentence for everything that is wrong."""
    environment = os.environ if environment is None else environment
    file = file or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    wrong: list[str] = []
    given = _from_file(file, wrong) | _from_environment(environment, wrong)
    values = {}
    for name, (where, value) in given.items():
        try:
            values[name] = _read(DECLARATIONS[name], value)
        except ValueError as problem:
            wrong.append(f"{where}: {problem}")
    if not wrong and not values.get("secret_key"):
        _add_key(values, wrong)
    if wrong:
        raise SettingsError(wrong)
    return Settings(**values)


def create_key_file(path: Path) -> None:
    """Make a new key readable by its owner only. Raises FileExistsError: a key is never written over."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")


def _from_environment(environment: Mapping[str, str], wrong: list[str]) -> dict[str, tuple[str, Any]]:
    known = {each.variable: each.name for each in DECLARATIONS.values()}
    names = [name for name in environment if name.startswith(PREFIX) and name != CONFIG]
    wrong.extend(_unknown(name, [*known, CONFIG]) for name in names if name not in known)
    return {known[name]: (name, environment[name]) for name in names if name in known and environment[name]}


def _from_file(file: Path | None, wrong: list[str]) -> dict[str, tuple[str, Any]]:
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        wrong.append(f"{file} cannot be read: {problem}")
        return {}
    wrong.extend(f"{file}: {_unknown(name, DECLARATIONS)}" for name in content if name not in DECLARATIONS)
    return {name: (f"{file}: {name}", value) for name, value in content.items() if name in DECLARATIONS}


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0)[0]
    return f"{name} is not a setting; did you mean {near}? ({name} không phải là thiết lập; ý bạn là {near}?)"


def _add_key(values: dict[str, Any], wrong: list[str]) -> None:
    path: Path = values.get("secret_key_file", DECLARATIONS["secret_key_file"].default)
    if not path.is_file():
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        wrong.append(f"{path} can be read by others; say `chmod 600 {path}`.")
        return
    try:
        values["secret_key"] = _read(DECLARATIONS["secret_key"], path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as problem:
        wrong.append(f"{path}: {problem}")


def _read(declaration: Declaration, value: Any) -> Any:
    """Turn text of the environment or a TOML value into the declared type; a secret is never repeated."""
    shown = "the value" if declaration.secret else repr(value)
    kind = declaration.kind
    if typing.get_origin(kind) is Literal:
        if value not in typing.get_args(kind):
            raise ValueError(f"{shown} is none of {', '.join(typing.get_args(kind))}.")
        return value
    if kind is bool:
        return _truth(value, shown)
    if kind in {int, float}:
        return _number(declaration, value, shown)
    if kind == tuple[str, ...]:
        words = value.split(",") if isinstance(value, str) else value
        return tuple(word.strip() for word in words if word.strip())
    if not isinstance(value, str):
        raise ValueError(f"{shown} is no text.")  # noqa: TRY004 (one kind of error for all that is misread)
    if kind is not str:
        return Path(value)
    if declaration.form and not re.fullmatch(declaration.form, value):
        raise ValueError(f"{shown} does not have the form {declaration.form}")
    return value


def _truth(value: Any, shown: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError(f"{shown} is neither true nor false.") from None


def _number(declaration: Declaration, value: Any, shown: str) -> float:
    text, unit = str(value).strip().replace("_", ""), 1
    for word, size in UNITS.items():
        if text.upper().endswith(word):
            text, unit = text[: -len(word)].strip(), size
    try:
        number = declaration.kind(text) * unit
    except ValueError:
        raise ValueError(f"{shown} is no number.") from None
    if isinstance(value, bool) or (declaration.least is not None and not number >= declaration.least):
        raise ValueError(f"{shown} is less than {declaration.least:g}.")
    return float(number) if declaration.kind is float else int(number)


def reference_page() -> str:
    """The reference of all settings, as `docs/reference/settings.md` holds it."""
    lines = [
        "# Settings (Thiết lập)",
        "",
        "Generated by `python -m hub.config`; change the table in `hub/config.py`, not this page.",
        "",
        "From the environment (`HUB_…`), then from the TOML file that `HUB_CONFIG` or `--config` names (the same names",
        "in lower case, without `HUB_`), then the default. An unknown name stops the start, naming the nearest right",
        "one. Sizes may be written as `16 MiB`, lists with commas. The time zone, Asia/Ho_Chi_Minh, is no setting.",
        "",
        "| name | default | what it is | ý nghĩa |",
        "|---|---|---|---|",
    ]
    for each in DECLARATIONS.values():
        default = "" if each.default in {None, "", ()} else f"`{_plain(each.default)}`"
        words = typing.get_args(each.kind) if typing.get_origin(each.kind) is Literal else ()
        english = each.english + (f" (`{'`, `'.join(words)}`)" if words else "") + (" **secret**" * each.secret)
        lines.append(f"| `{each.variable}` | {default} | {english} | {each.vietnamese} |")
    return "\n".join(lines) + "\n"


def _plain(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, int) and default >= UNITS["MIB"]:
        unit = "GiB" if default % UNITS["GIB"] == 0 else "MiB"
        return f"{default // UNITS[unit.upper()]} {unit}"
    return f"{default:g}" if isinstance(default, float) else str(default)


if __name__ == "__main__":
    sys.stdout.write(reference_page())
