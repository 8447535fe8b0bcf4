"""`hub clients`: machines that call the API; a key is shown once and kept only as a hash."""

from __future__ import annotations

from datetime import timedelta

import click

from hub.cli.frame import Reach, reach
from hub.cli.limits import with_limits
from hub.cli.shown import as_json, done, moment, table, tell

DEFAULT = ["read", "write", "feed"]  # what a client may do when nobody says


@click.group()
def clients() -> None:
    """Machines that call the API, and their keys.

    Các hệ thống gọi API và khóa của chúng.
    """


@clients.command("list")
@as_json
@reach
def list_clients(ours: Reach, *, json: bool) -> None:
    """Every client with its scope and keys. Mọi client, phạm vi và khóa."""
    from hub.store import clients as subject
    from hub.store import webhooks

    with ours.context.store.reading() as connection:
        rows = [
            {
                **row,
                "keys": [dict(key) for key in subject.keys(connection, row["name"])],
                "webhook": hook["url"] if (hook := webhooks.find(connection, row["name"])) else None,
            }
            for row in subject.every(connection)
        ]
    if json:
        tell(rows)
        return
    table(
        ("name", "title", "can", "kinds", "agencies", "state", "keys", "webhook"),
        (
            (
                row["name"],
                row["title"],
                *(", ".join(row["scopes"].get(part) or ("*",)) for part in ("can", "kinds", "agencies")),
                "disabled" if row["disabled"] else "active",
                "\n".join(_key_line(key, ours.context.now()) for key in row["keys"]),
                row["webhook"],
            )
            for row in rows
        ),
    )


def _key_line(key: dict[str, int | str | None], now: int) -> str:
    until = key["expires_at"]
    state = "revoked" if key["revoked_at"] else "expired" if isinstance(until, int) and until <= now else ""
    return f"{key['id']} {state or ('until ' + moment(until) if isinstance(until, int) else '')}".strip()


@clients.command()
@click.argument("name")
@click.option("--can", help="Abilities: read, write, feed, metrics.  [default: read,write,feed]")
@click.option("--kind", "kinds", multiple=True, help="Only this kind of record (may be repeated); '*': all.")
@click.option("--agency", "agencies", multiple=True, help="Only this agency and those under it; '*': all.")
@click.option("--title", help="A name for people.")
@reach
def add(
    ours: Reach, name: str, can: str | None, kinds: tuple[str, ...], agencies: tuple[str, ...], title: str | None
) -> None:
    """Add a client, or change its scope and title. Thêm client hoặc sửa phạm vi.

    Of a client that is there, what is not named stays as it is (client đã có: phần không nêu được giữ nguyên).
    """
    from hub.flows.operate_clients import put_client
    from hub.store import clients as subject

    with ours.context.store.reading() as connection:
        known = {row["name"]: row for row in subject.every(connection)}.get(name, {"scopes": {}, "title": ""})
    scopes = with_limits({"can": DEFAULT, **known["scopes"]}, kinds=kinds, agencies=agencies)
    if can is not None:
        scopes["can"] = [word.strip() for word in can.split(",") if word.strip()]
    put_client(ours.context, name, title=known["title"] if title is None else title, scopes=scopes, actor=ours.actor)
    done(f"{name} is there; `hub clients key {name}` makes a key.", "đã có client")


@clients.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(min=1), help="Days until the key expires; default: never.")
@reach
def key(ours: Reach, name: str, days: int | None) -> None:
    """Make a key and show it, once. Tạo khóa, chỉ hiện một lần.

    Earlier keys stay valid until they are revoked, so that keys can be changed without a gap.
    """
    from hub.flows.operate_clients import add_key

    expires_at = ours.context.clock.now() + timedelta(days=days) if days else None
    click.echo(add_key(ours.context, name, expires_at=expires_at, actor=ours.actor))
    click.secho("It is not shown again. · Khóa không hiện lại lần nữa.", err=True, fg="yellow")


@clients.command()
@click.argument("key_id")
@reach
def revoke(ours: Reach, key_id: str) -> None:
    """End a key by its id (or the key itself). Thu hồi khóa."""
    from hub.flows.client_keys import split
    from hub.flows.operate_clients import revoke_key

    halves = split(key_id)
    revoke_key(ours.context, halves[0] if halves else key_id, actor=ours.actor)
    done("The key is revoked; it stops everywhere within seconds.", "đã thu hồi khóa")


@clients.command()
@click.argument("name")
@reach
def disable(ours: Reach, name: str) -> None:
    """Let no key of a client in. Khoá client."""
    from hub.flows.operate_clients import set_disabled

    set_disabled(ours.context, name, disabled=True, actor=ours.actor)
    done(f"{name} is disabled.", "đã khoá")


@clients.command()
@click.argument("name")
@reach
def enable(ours: Reach, name: str) -> None:
    """Let a client's keys in again. Mở lại client."""
    from hub.flows.operate_clients import set_disabled

    set_disabled(ours.context, name, disabled=False, actor=ours.actor)
    done(f"{name} is enabled.", "đã mở")


@clients.command()
@click.argument("name")
@click.argument("url", required=False)
@click.option("--off", is_flag=True, help="Tell the client no more.")
@reach
def webhook(ours: Reach, *, name: str, url: str | None, off: bool) -> None:
    """Tell a client of changes at URL; shows the signing secret, once. Đặt webhook cho client."""
    from hub.flows.operate_clients import remove_webhook, set_webhook

    if bool(url) == off:
        raise click.UsageError("Name the URL, or say --off. (Hãy nêu URL, hoặc --off để tắt.)")
    if not url:
        remove_webhook(ours.context, name, actor=ours.actor)
        done(f"{name} is told no more.", "đã tắt webhook")
        return
    click.echo(set_webhook(ours.context, name, url, actor=ours.actor))
    click.secho("The secret that signs; not shown again. · Khóa ký, không hiện lại.", err=True, fg="yellow")
