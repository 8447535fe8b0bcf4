"""`hub ledger`: the evidence."""

from __future__ import annotations

import click
import orjson

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, done, limited, moment, table, tell


@click.group()
def ledger() -> None:
    """The evidence: verify and read.

    Sổ cái: kiểm tra và đọc.
    """


@ledger.command()
@reach
def verify(ours: Reach) -> None:
    """Walk the whole chain and tell where it does not hold. Kiểm tra toàn bộ chuỗi băm."""
    from hub.store import ledger as subject

    with ours.context.store.reading() as connection:
        breaks = list(subject.breaks(connection))
    for one in breaks:
        click.secho(f"✗ {one.position}: {one.sentence}", fg="red")
    if breaks:
        click.get_current_context().exit(1)
    done("The chain holds.", "Chuỗi nguyên vẹn")


@ledger.command()
@click.option("--after", type=int, default=0, help="Only entries after this position (paging).")
@limited
@as_json
@reach
def show(ours: Reach, *, after: int, limit: int, json: bool) -> None:
    """Sealed entries in the order of the chain. Các mục đã niêm phong."""
    from hub.store import ledger as subject

    with ours.context.store.reading() as connection:
        entries = subject.sealed(connection, after=after, limit=limit)
    told = [{**entry, "content": orjson.loads(entry["content"])} for entry in entries]
    if json:
        tell(told)
        return
    table(
        ("position", "at", "what", "actor", "content"),
        (
            (one["position"], moment(one["at"]), one["what"], one["actor"], orjson.dumps(one["content"]).decode()[:160])
            for one in told
        ),
    )
