"""`hub records`: what the hub holds; personal values are hidden unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import orjson

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, done, limited, moment, table, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = click.Choice(["procedure", "dossier", "postal_order"])
CHUNK = 200  # records in one transaction
MOST_TOLD = 20  # refused lines that are told one by one


@click.group()
def records() -> None:
    """What the hub holds.

    Dữ liệu hub đang giữ.
    """


@records.command()
@click.argument("kind", type=KINDS)
@click.argument("key")
@click.option("--personal", is_flag=True, help="Show personal values too.")
@reach
def show(ours: Reach, *, kind: str, key: str, personal: bool) -> None:
    """One record, and how each channel stands to it. Một bản ghi và tình trạng ở từng kênh."""
    from hub.domain.personal import mask
    from hub.flows.operate import NotPossible
    from hub.store import delivery_views
    from hub.store import records as subject

    with ours.context.store.reading() as connection:
        row = subject.find(connection, kind, key)
        if row is None:
            raise NotPossible(f"There is no {kind} {key}.", f"Không có {kind} {key}.")
        held = delivery_views.of_record(connection, kind, key)
    document = orjson.loads(row["document"])
    states = [
        {name: one[name] for name in ("channel", "state", "wanted_version", "acknowledged_version", "reason", "detail")}
        for one in held
    ]
    shown = document if personal else mask(kind, document)
    tell({"version": row["version"], "origin": row["origin"], "document": shown, "channels": states})


@records.command("list")
@click.argument("kind", type=KINDS)
@click.option("--status", help="Only in this status.")
@click.option("--agency", help="Only under this agency.")
@click.option("--after", default="", help="Only keys after this one (paging).")
@limited
@as_json
@reach
def list_records(ours: Reach, *, kind: str, status: str, agency: str, after: str, limit: int, json: bool) -> None:
    """Records in the order of their keys. Danh sách bản ghi theo mã."""
    from hub.store import record_lists

    filters = {"status": status, "agencies": [agency] if agency else []}
    with ours.context.store.reading() as connection:
        found = record_lists.look(connection, kind, after=after, limit=limit, filters=filters)
        rows = [*found.rows]
        while found.upto is not None and len(rows) < limit:  # a look reads a bounded number of records
            found = record_lists.look(connection, kind, after=found.upto, limit=limit - len(rows), filters=filters)
            rows += found.rows
    columns = ("key", "version", "status", "agency", "origin")
    if json:
        tell([{**{name: row[name] for name in columns}, "updated_at": moment(row["updated_at"])} for row in rows])
        return
    table((*columns, "updated"), ((*(row[name] for name in columns), moment(row["updated_at"])) for row in rows))


@records.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.File("rb"))
@click.option("--source", default="import", show_default=True, help="In whose name.")
@reach
def import_records(ours: Reach, kind: str, file: Any, source: str) -> None:
    """Take in documents, one JSON document a line. Nạp tài liệu, mỗi dòng một tài liệu JSON.

    A line that is not valid is told and left out; the others are taken in.
    """
    from hub.domain.messages import Role, Source
    from hub.flows.accept import Unit, accept
    from hub.flows.admit import admit_document

    words: dict[str, int] = {}
    refused = 0
    who = Source(source, Role.CLIENT)
    for chunk in _chunks(file):
        units = []
        for number, line in chunk:
            try:
                admitted = admit_document(kind, orjson.loads(line), who)
            except orjson.JSONDecodeError:
                admitted = None
            if admitted is not None and admitted.message:
                units.append(Unit([admitted.message], admitted.files))
                continue
            refused += 1
            if refused <= MOST_TOLD:
                sentences = [one.en for one in admitted.problems] if admitted else ["not JSON"]
                click.secho(f"✗ {number}: {' '.join(sentences)}", err=True, fg="red")
        for answers in accept(ours.context, units):
            words[answers[0].word.value] = words.get(answers[0].word.value, 0) + 1
    done(", ".join(f"{count} {word}" for word, count in sorted(words.items())) or "nothing")
    if refused:
        click.secho(f"✗ {refused} refused · bị từ chối", err=True, fg="red")
        click.get_current_context().exit(1)


def _chunks(file: Any) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    for number, line in enumerate(file, start=1):
        if line.strip():
            chunk.append((number, line))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
