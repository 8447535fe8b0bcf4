"""`hub doctor`: what is wrong with this installation, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, tell

if TYPE_CHECKING:
    from hub.cli.findings import Finding


@click.command()
@as_json
@reach
def doctor(ours: Reach, *, json: bool) -> None:
    """Say in plain words what is wrong with this installation; exit status 1 if anything is.

    Chẩn đoán hệ thống bằng lời dễ hiểu.
    """
    from hub.cli.findings import examine

    findings = list(examine(ours))
    if json:
        tell([asdict(one) for one in findings])
    else:
        for one in findings:
            _tell(one)
        bad = sum(not one.good for one in findings)
        click.echo("")
        click.secho(
            "All is well. · Mọi thứ đều ổn." if not bad else f"{bad} to mend. · Cần xử lý {bad} việc.",
            fg="red" if bad else "green",
        )
    click.get_current_context().exit(0 if all(one.good for one in findings) else 1)


def _tell(one: Finding) -> None:
    click.secho(f"{'✓' if one.good else '✗'} {one.english}", fg="green" if one.good else "red")
    click.secho(f"  {one.vietnamese}", dim=True)
    if one.todo:
        click.echo(f"  → {one.todo}")
