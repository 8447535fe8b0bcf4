"""`hub channels`: partners as they are configured, changed while the hub runs."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.channel_files import apply, export, read_settings
from hub.cli.frame import Reach, reach
from hub.cli.limits import with_limits
from hub.cli.shown import age, as_json, done, moment, table, tell


@click.group()
def channels() -> None:
    """Partners: list, add, change, pause, remove.

    Các kênh đối tác: xem, thêm, sửa, tạm dừng, xoá.
    """


@channels.command("list")
@as_json
@reach
def list_channels(ours: Reach, *, json: bool) -> None:
    """Every channel, what waits and what is parked. Mọi kênh, số lượng đang chờ và bị giữ lại."""
    from hub.store import channels as subject
    from hub.store import delivery_views

    context = ours.context
    with context.store.reading() as connection:
        rows = subject.every(connection)
        counts = delivery_views.counts(connection)
        oldest = {row["name"]: delivery_views.oldest_waiting(connection, row["name"]) for row in rows}
    told = [
        {
            "name": row["name"],
            "connector": row["connector"],
            "state": "paused" if row["paused"] else "unusable" if _problem(ours, row["name"]) else "active",
            **{state: counts.get(row["name"], {}).get(state, 0) for state in ("waiting", "delivered", "parked")},
            "oldest_waiting": moment(oldest[row["name"]]) or None,
            "problem": row["paused_why"] or _problem(ours, row["name"]) or None,
        }
        for row in rows
    ]
    if json:
        tell(told)
        return
    now = context.now()
    table(
        ("name", "connector", "state", "waiting", "oldest", "delivered", "parked", "why"),
        (
            (
                *(one[column] for column in ("name", "connector", "state", "waiting")),
                age(oldest[one["name"]], now=now),
                *(one[column] for column in ("delivered", "parked", "problem")),
            )
            for one in told
        ),
    )


def _problem(ours: Reach, name: str) -> str:
    channel = ours.context.channels.get(name)
    return channel.problem if channel else ""


@channels.command()
@click.argument("name")
@reach
def show(ours: Reach, name: str) -> None:
    """One channel, secrets hidden. Một kênh, che bí mật."""
    from hub.flows.operate import find_channel, shown_channel

    row = find_channel(ours.context, name)
    rest = {key: row[key] for key in ("paused", "paused_why", "cursor", "breaker", "health", "version")}
    times = {key: moment(row[key]) or None for key in ("pulled_at", "updated_at")}
    tell({"name": name, **shown_channel(ours.context, row), **rest, **times, "problem": _problem(ours, name) or None})


@channels.command()
@click.argument("name")
@click.argument("connector")
@click.option("--settings", "settings", required=True, type=click.File("rb"), help="JSON or TOML file; - for input.")
@click.option("--kind", "kinds", multiple=True, help="Only records of this kind (may be repeated); '*': all.")
@click.option("--agency", "agencies", multiple=True, help="Only records under this agency (may be repeated); '*': all.")
@reach
def add(
    ours: Reach, name: str, connector: str, settings: Any, kinds: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    """Add a channel, or change the one of this name. Thêm kênh hoặc sửa kênh cùng tên.

    Settings are those of `hub plugins show CONNECTOR`; a secret may be {"$env": NAME} or {"$file": PATH}.
    Of a channel that is there, kinds and agencies not named and its politeness stay as they are
    (kênh đã có: phạm vi không nêu và nhịp gửi được giữ nguyên).
    Only what changes from then on is sent; `hub reconcile NAME` sends the records that are here already
    (chỉ gửi thay đổi từ lúc đó; `hub reconcile NAME` để gửi hồ sơ đã có).
    """
    from hub.cli.filling import put_and_tell
    from hub.flows.operate import Wish
    from hub.store import channels as subject

    given = read_settings(settings.read())
    with ours.context.store.reading() as connection:
        known = subject.find(connection, name) or {}
    routing = with_limits(known.get("routing", {}), kinds=kinds, agencies=agencies)
    put_and_tell(ours, name, Wish(connector, given, routing, known.get("politeness", {})))


channels.add_command(apply)
channels.add_command(export)


@channels.command()
@click.argument("name")
@click.option("--why", required=True, help="What the next operator should know.")
@reach
def pause(ours: Reach, name: str, why: str) -> None:
    """Send nothing to a channel; keep everything. Tạm dừng gửi, giữ lại tất cả."""
    from hub.flows.operate import pause as act

    act(ours.context, name, why=why, actor=ours.actor)
    done(f"{name} is paused.", "đã tạm dừng")


@channels.command()
@click.argument("name")
@reach
def resume(ours: Reach, name: str) -> None:
    """Let a paused channel catch up. Cho kênh chạy lại."""
    from hub.flows.operate import resume as act

    act(ours.context, name, actor=ours.actor)
    done(f"{name} goes on.", "chạy tiếp")


@channels.command()
@click.argument("name")
@as_json
@reach
def check(ours: Reach, *, name: str, json: bool) -> None:
    """Try settings, line and login of a channel. Kiểm tra kết nối của kênh."""
    from hub.flows.operate import find_channel

    find_channel(ours.context, name)
    channel = ours.context.channels.get(name)
    if channel is None or channel.connector is None:
        word, sentence = "misconfigured", channel.problem if channel else ""
    else:
        health = ours.context.plugins.check(channel.connector)
        word, sentence = health.word.value, health.sentence
    if json:
        tell({"channel": name, "health": word, "sentence": sentence})
    else:
        click.secho(f"{name}: {word} {sentence}".rstrip(), fg="green" if word == "ok" else "red")
    click.get_current_context().exit(0 if word == "ok" else 1)


@channels.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Also when records still wait: they are given up.")
@reach
def remove(ours: Reach, *, name: str, force: bool) -> None:
    """Remove a channel when nothing waits for it. Xoá kênh khi không còn gì chờ gửi."""
    from hub.flows.operate import remove_channel

    count = remove_channel(ours.context, name, force=force, actor=ours.actor)
    done(f"{name} is removed, with {count} deliveries.", "đã xoá")
