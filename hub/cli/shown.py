"""How commands show things: tables for people, JSON for machines."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
import orjson

from hub.domain.times import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDE = 10_000  # columns of what is no terminal: a file or a pipe
limited = click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
as_json = click.option("--json", "json", is_flag=True, help="Write JSON for machines.")


def tell(value: Any) -> None:
    """Write one JSON value, indented."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode())


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "(none · không có)") -> None:
    """Write a table; nothing is cut off: a terminal folds long cells, elsewhere lines are as long as need be."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Column, Table

    made = Table(*(Column(name, overflow="fold") for name in columns), box=SIMPLE_HEAD, pad_edge=False)
    count = 0
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
        count += 1
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    Console(width=width).print(made if count else empty, markup=False, highlight=False)


def moment(milliseconds: int | None) -> str:
    """A time of the store as people read it."""
    return (
        ""
        if milliseconds is None
        else written(datetime.fromtimestamp(milliseconds // 1000, UTC))[:19].replace("T", " ")
    )


def age(milliseconds: int | None, *, now: int) -> str:
    """How long ago, roughly."""
    if milliseconds is None:
        return ""
    seconds = max(now - milliseconds, 0) // 1000
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {letter}"
    return f"{seconds} s"


def done(english: str, vietnamese: str = "") -> None:
    """Say that something was done."""
    click.secho(f"✓ {english}" + (f" · {vietnamese}" if vietnamese else ""), fg="green")
