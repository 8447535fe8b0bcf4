"""What the doctor looks at, from settings to channels; what follows from a fault is not looked at any more."""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from hub.cli.frame import Reach
    from hub.config import Settings, SettingsError
    from hub.flows.channels import Channel
    from hub.flows.context import Context

LEAST_DISK_BYTES = 2**30
MOST_CLOCK_MILLISECONDS = 2_000
OLD_MILLISECONDS = 10 * 60_000  # a delivery that waits longer deserves a look


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. todo: what to do, when it is not good."""

    good: bool
    english: str
    vietnamese: str
    todo: str = ""


def examine(ours: Reach) -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs another."""
    from hub.config import SettingsError

    try:
        settings = ours.settings
    except SettingsError as problem:
        yield from _unusable(problem)
        return
    yield Finding(True, "The settings can be read.", "Đọc được thiết lập.")
    key = _key(settings)
    yield key
    yield from _disk(settings)
    if not key.good:
        return
    yield from _with_plugins(ours)


def _unusable(problem: SettingsError) -> Iterator[Finding]:
    todo = "Correct it; docs/reference/settings.md lists all. · Hãy sửa; xem docs/reference/settings.md."
    for sentence in problem.sentences:
        yield Finding(False, sentence, "Thiết lập không dùng được.", todo)


def _key(settings: Settings) -> Finding:
    path = settings.secret_key_file
    if not settings.secret_key:
        return Finding(
            False, f"There is no secret key ({path}).", "Chưa có khóa bí mật.", "Run `hub init`. · Hãy chạy `hub init`."
        )
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(False, f"Others can read {path}.", "Người khác đọc được tệp khóa.", f"chmod 600 {path}")
    return Finding(True, "The secret key is there and private.", "Có khóa bí mật và đã bảo vệ.")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = Path(settings.database_url.partition("///")[2] or ".") if settings.engine == "sqlite" else Path()
    folder = place.resolve().parent if place.name else place.resolve()
    if not folder.is_dir():
        yield Finding(
            False, f"The folder {folder} does not exist.", "Thư mục cơ sở dữ liệu không tồn tại.", "Make it. · Hãy tạo."
        )
        return
    free = shutil.disk_usage(folder).free
    yield Finding(
        free >= LEAST_DISK_BYTES,
        f"{free // 2**20} MiB free on the disk.",
        f"Đĩa còn trống {free // 2**20} MiB.",
        ""
        if free >= LEAST_DISK_BYTES
        else "Make room: under 1 GiB writing may stop. · Hãy giải phóng đĩa: dưới 1 GiB có thể ngừng ghi.",
    )


def _with_plugins(ours: Reach) -> Iterator[Finding]:
    from hub.config import SettingsError
    from hub.plugging.errors import PluginError

    try:
        context = ours.context
    except SettingsError as problem:
        yield from _unusable(problem)
        return
    except PluginError as problem:
        for sentence in problem.sentences:
            yield Finding(
                False,
                sentence,
                "Plugin bị từ chối.",
                "Mend or remove it, or name it in HUB_BLOCK_PLUGINS. · Sửa, gỡ bỏ, hoặc ghi tên vào HUB_BLOCK_PLUGINS.",
            )
        return
    count = len(list(context.plugins.catalogue))
    yield Finding(True, f"The plugins load ({count} connectors).", f"Nạp được plugin ({count} connector).")
    yield from _with_database(context)


def _with_database(context: Context) -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from hub.cli.troubles import trouble
    from hub.store import schema_version

    try:
        with context.store.reading() as connection:
            current = schema_version.is_current(connection)
            if current:
                yield Finding(True, "The database answers.", "Cơ sở dữ liệu hoạt động.")
                yield _clock(context, connection)
    except SQLAlchemyError as problem:
        yield Finding(False, *trouble(problem))
        return
    if not current:
        yield Finding(
            False,
            "The database has an old schema, or none.",
            "Lược đồ cơ sở dữ liệu cũ.",
            "Run `hub init`. · Hãy chạy `hub init`.",
        )
        return
    yield Finding(True, "The schema is the newest.", "Lược đồ mới nhất.")
    yield from _running(context)
    for channel in context.channels:
        yield from _channel(context, channel)


def _clock(context: Context, connection: Connection) -> Finding:
    from hub.store import look_out

    apart = abs(context.now() - look_out.clock(connection))
    good = apart <= MOST_CLOCK_MILLISECONDS
    todo = "" if good else "Set both clocks by NTP: tries and leases depend on them. · Hãy chỉnh hai đồng hồ bằng NTP."
    return Finding(
        good,
        f"The clocks of this machine and of the database are {apart / 1000:.1f} s apart.",
        f"Đồng hồ lệch {apart / 1000:.1f} giây.",
        todo,
    )


def _running(context: Context) -> Iterator[Finding]:
    from hub.cli.ready import is_ready
    from hub.store import look_out

    with context.store.reading() as connection:
        until = look_out.duty_until(connection, "rota")
    alive = until is not None and until > context.now()
    yield Finding(
        alive,
        "A worker is running." if alive else "No worker is running: nothing is delivered.",
        "Worker đang chạy." if alive else "Không có worker nào chạy: không gửi được gì.",
        "" if alive else "Run `hub serve`, or `hub worker`. · Hãy chạy `hub serve` hoặc `hub worker`.",
    )
    listen = context.settings.listen
    answers = is_ready(listen)
    yield Finding(
        answers,
        f"The web server at {listen} is ready." if answers else f"The web server at {listen} does not answer /readyz.",
        "Máy chủ web sẵn sàng." if answers else "Máy chủ web không trả lời.",
        "" if answers else "Run `hub serve`; look at its log. · Hãy chạy `hub serve` và xem nhật ký.",
    )


def _channel(context: Context, channel: Channel) -> Iterator[Finding]:
    from hub.store import delivery_views, queue_views

    name = channel.name
    if channel.connector is None:
        todo = f"Correct its settings · Hãy sửa thiết lập: hub channels add {name} …"
        yield Finding(False, f"{name}: unusable: {channel.problem}", f"{name}: kênh không dùng được.", todo)
        return
    if channel.paused:
        todo = f"When the reason is gone · Khi đã xong: hub channels resume {name}"
        yield Finding(False, f"{name}: paused.", f"{name}: đang tạm dừng.", todo)
    health = context.plugins.check(channel.connector)
    good = health.word.value == "ok"
    yield Finding(
        good,
        f"{name}: {health.word.value}. {health.sentence}".strip(),
        f"{name}: {'kết nối tốt' if good else 'có trục trặc'}.",
        "" if good else ADVICE[health.word.value],
    )
    with context.store.reading() as connection:
        since = delivery_views.oldest_waiting(connection, name)
        parked = queue_views.parked(connection, name)
    waits = 0 if since is None else context.now() - since
    if waits > OLD_MILLISECONDS:
        english = f"{name}: the oldest delivery has waited for {waits // 60_000} minutes."
        todo = f"hub deliveries list --channel {name} --state waiting"
        yield Finding(False, english, f"{name}: có hồ sơ chờ {waits // 60_000} phút.", todo)
    for reason, count in parked.items():
        todo = f"hub deliveries list --channel {name} --state parked --reason {reason}"
        yield Finding(
            False, f"{name}: {count} parked, reason {reason}.", f"{name}: {count} bị giữ lại ({reason}).", todo
        )


ADVICE = {
    "degraded": "The partner has trouble of its own; deliveries go on when it is over. · "
    "Đối tác đang gặp sự cố; sẽ tự gửi tiếp.",
    "down": "Is the line up? If the partner is down, nothing is to be done: everything catches up. · "
    "Đường truyền có thông không? Nếu đối tác ngừng thì không cần làm gì: sẽ tự gửi bù.",
    "misconfigured": "Correct the channel's account or address; deliveries go on by themselves. · "
    "Hãy sửa tài khoản hoặc địa chỉ của kênh; sẽ tự gửi tiếp.",
}
