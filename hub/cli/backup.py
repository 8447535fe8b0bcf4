"""`hub backup` and `hub restore`: the whole database as one file."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
@reach
def backup(ours: Reach, file: Path) -> None:
    """Copy the database into FILE while the hub works; FILE.json tells what is in it.

    The secret key is not in it: keep lienthong.key apart.

    Sao lưu trong khi hệ thống đang chạy. Khóa bí mật không nằm trong bản sao; hãy cất riêng.
    """
    from hub.flows import backup as flow
    from hub.sdk.types import SystemClock

    settings = ours.settings
    with _line() as show:
        page = flow.backup(settings.direct_url, file, clock=SystemClock(), progress=show)
    done(f"{file}: {page.size:,} bytes, {page.marks.get('record', 0):,} records.", "Đã sao lưu")
    click.echo(f"  SHA-256 {page.sha256}")


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Write over a database that is not empty.")
@reach
def restore(ours: Reach, file: Path, *, force: bool) -> None:
    """Put the backup FILE in place of the database. Stop web servers and workers first.

    Khôi phục từ bản sao lưu. Hãy dừng máy chủ web và worker trước.
    """
    from hub.flows import backup as flow

    settings = ours.settings
    with _line() as show:
        page = flow.restore(settings.direct_url, file, force=force, progress=show)
    done(f"Restored what was there at {page.made_at}: {page.marks.get('record', 0):,} records.", "Đã khôi phục")
    click.echo("  hub ledger verify    (the evidence · kiểm tra sổ cái)")


@contextmanager
def _line() -> Iterator[Callable[[int, int], None]]:
    """One line of progress on a terminal, nothing elsewhere."""
    terminal = sys.stderr.isatty()

    def show(did: int, total: int) -> None:
        if terminal:
            share = f"{min(did / total, 1):.0%}" if total else f"{did:,}"
            click.echo(f"\r  {share} … ", nl=False, err=True)

    try:
        yield show
    finally:
        if terminal:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
