"""`hub reconcile`: ask a partner what it holds, and let what differs go out again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, done, table, tell

if TYPE_CHECKING:
    from hub.flows.reconciled import Reconciled

NAMED = 10  # keys of each verdict shown to a person


@click.command()
@click.argument("channel")
@click.option("--kind", "kinds", multiple=True, help="Only records of this kind (may be repeated).")
@click.option("--dry-run", is_flag=True, help="Only tell; send nothing again. Exit code 1 when something differs.")
@as_json
@reach
def reconcile(ours: Reach, *, channel: str, kinds: tuple[str, ...], dry_run: bool, json: bool) -> None:
    """Compare what a partner holds with what it must hold; send what differs again.

    Đối soát với đối tác: so sánh dữ liệu đối tác đang giữ, gửi lại những gì khác.
    """
    from hub.flows.operate import NotPossible
    from hub.flows.reconcile import reconcile as act
    from hub.sdk.errors import ConnectorError

    try:
        report = act(ours.context, channel, kinds=kinds, dry_run=dry_run, each=_progress)
    except ConnectorError as problem:
        raise NotPossible(
            f"The partner could not be asked: {problem.sentence} What was found until then goes out again.",
            "Không hỏi được đối tác; những gì đã thấy khác vẫn được gửi lại.",
        ) from problem
    finally:
        _clear()
    if json:
        tell({**report.counts(), "keys": report.named})
    else:
        _show(report)
    if dry_run and not report.is_equal:
        click.get_current_context().exit(1)


def _show(report: Reconciled) -> None:
    counts = report.counts()
    words = ("equal", "differing", "missing", "unexpected", "moving", "parked", "untold")
    table(("verdict", "records", "some of them"), ((word, counts[word], _some(report, word)) for word in words))
    asked = f"{report.asked} asked ({report.way}), {report.seconds:.1f} s"
    if report.is_equal:
        done(f"{report.channel} holds what it must; {asked}.", "Khớp")
    elif report.dry_run:
        click.secho(f"✗ {report.channel} differs; {asked}. Nothing was sent again (--dry-run).", fg="red")
    else:
        done(f"{report.again} go out again; {asked}.", "gửi lại")


def _some(report: Reconciled, word: str) -> str:
    names = report.named.get(word, [])
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def _progress(report: Reconciled) -> None:
    if sys.stderr.isatty():
        counts = report.counts()
        judged = sum(counts[word] for word in ("equal", "differing", "missing", "moving", "parked", "untold"))
        click.echo(f"\r  {report.asked:,} asked, {judged:,} compared, {report.again:,} again ", nl=False, err=True)


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 70 + "\r", nl=False, err=True)
