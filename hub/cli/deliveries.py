"""`hub deliveries`: what waits, what is parked and why, every attempt; and mending it."""

from __future__ import annotations

from typing import Any

import click
import orjson

from hub.cli.frame import Reach, reach
from hub.cli.shown import age, as_json, done, limited, moment, table, tell

LISTED = ("id", "channel", "kind", "key", "state", "reason", "wanted_version", "acknowledged_version", "attempts")


@click.group()
def deliveries() -> None:
    """What waits, what is parked, and mending it.

    Việc đang chờ, việc bị giữ lại và cách xử lý.
    """


@deliveries.command("list")
@click.option("--channel", help="Only this channel.")
@click.option("--state", type=click.Choice(["waiting", "delivered", "parked"]), help="Only in this state.")
@click.option("--reason", help="Only with this reason.")
@click.option("--key", help="Only of this record.")
@click.option("--after", type=int, default=0, help="Only ids after this one (paging).")
@limited
@as_json
@reach
def list_deliveries(ours: Reach, /, *, after: int, limit: int, json: bool, **filters: Any) -> None:
    """Deliveries, oldest id first. Danh sách các lượt gửi."""
    from hub.store import delivery_views

    with ours.context.store.reading() as connection:
        rows = delivery_views.page(connection, filters=filters, after=after, limit=limit)
    if json:
        tell([{name: row[name] for name in (*LISTED, "code", "detail", "waiting_since", "due_at")} for row in rows])
        return
    now = ours.context.now()
    table(
        ("id", "channel", "record", "state", "reason", "versions", "tries", "since"),
        (
            (
                row["id"],
                row["channel"],
                f"{row['kind']}/{row['key']}",
                row["state"],
                row["reason"],
                f"{row['acknowledged_version'] or '-'} → {row['wanted_version']}",
                row["attempts"],
                age(row["waiting_since"], now=now) if row["state"] == "waiting" else "",
            )
            for row in rows
        ),
    )


@deliveries.command()
@click.argument("delivery_id", type=int)
@as_json
@reach
def show(ours: Reach, *, delivery_id: int, json: bool) -> None:
    """One delivery with its attempts: what went out and came back, masked. Một lượt gửi và các lần thử."""
    from hub.flows.operate import NotPossible
    from hub.store import delivery_views

    with ours.context.store.reading() as connection:
        rows = delivery_views.page(connection, after=delivery_id - 1, limit=1)
        tries = delivery_views.attempts(connection, delivery_id)
    if not rows or rows[0]["id"] != delivery_id:
        raise NotPossible(f"There is no delivery {delivery_id}.", f"Không có lượt gửi {delivery_id}.")
    told = [{**one, "exchanges": orjson.loads(one["exchanges"]) if one["exchanges"] else []} for one in tries]
    if json:
        tell({**{name: value for name, value in rows[0].items() if name != "acknowledged"}, "tries": told})
        return
    for name in (*LISTED, "code", "detail"):
        click.echo(f"{name:<22}{rows[0][name] if rows[0][name] is not None else ''}")
    table(
        ("at", "action", "outcome", "reason", "code", "ms"),
        (
            (moment(one["at"]), *(one[name] for name in ("action", "outcome", "reason", "code", "milliseconds")))
            for one in told
        ),
    )
    for one in told:
        click.echo("\n".join([f"{moment(one['at'])} {one['action']}", *(_line(each) for each in one["exchanges"])]))


def _line(exchange: dict[str, Any]) -> str:
    """What went over the line, masked."""
    head = f"  {exchange['method']} {exchange['target']} → {exchange['status']}"
    return f"{head}\n    {exchange['sent'][:300]}\n    {exchange['answered'][:300]}"


@deliveries.command()
@click.argument("delivery_id", type=int, required=False)
@click.option("--channel", help="All parked ones of this channel.")
@click.option("--reason", help="All parked ones with this reason.")
@reach
def replay(ours: Reach, delivery_id: int | None, channel: str | None, reason: str | None) -> None:
    """Let parked deliveries be tried again. Gửi lại các lượt bị giữ.

    One whose end is not known (reason uncertain) needs `hub deliveries resolve`.
    """
    from hub.flows.operate import NotPossible, find_channel
    from hub.flows.operate import replay as act

    if not (delivery_id or channel or reason):
        raise click.UsageError("Name an ID, --channel or --reason.")
    if channel:
        find_channel(ours.context, channel)
    count = act(ours.context, {"id": delivery_id, "channel": channel, "reason": reason}, actor=ours.actor)
    if delivery_id and not count:
        raise NotPossible(
            f"Delivery {delivery_id} is not parked, or its end is not known: see `hub deliveries show {delivery_id}`.",
            f"Lượt gửi {delivery_id} không bị giữ, hoặc chưa rõ kết quả (dùng `hub deliveries resolve`).",
        )
    done(f"{count} will be tried again.", "sẽ gửi lại")


@deliveries.command()
@click.argument("delivery_id", type=int)
@click.option("--came", "word", flag_value="came", help="The partner has it.")
@click.option("--resend", "word", flag_value="resend", help="The partner does not have it: send it again.")
@reach
def resolve(ours: Reach, delivery_id: int, word: str | None) -> None:
    """Say what became of a delivery whose end is not known. Xác định kết quả một lượt gửi chưa rõ.

    Ask the partner first: a wrong word loses or doubles it.
    """
    from hub.flows.operate import NotPossible
    from hub.flows.operate import replay as act

    if not word:
        raise click.UsageError("Say --came or --resend.")
    if not act(ours.context, {"id": delivery_id, "reason": "uncertain"}, actor=ours.actor, resolve=word):
        raise NotPossible(
            f"Delivery {delivery_id} is not parked as uncertain.", "Lượt gửi này không ở trạng thái chưa rõ."
        )
    done(f"{delivery_id}: {word}")
