"""`hub demo`: everything on this machine, with invented data."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--once", is_flag=True, help="End after the table; exit status 0 only if all are equal.")
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option("--dossiers", type=click.IntRange(min=1), default=2000, show_default=True)
@click.option("--procedures", type=click.IntRange(min=1), default=40, show_default=True)
@click.option("--online", type=click.IntRange(min=0), default=36, show_default=True, help="Filed on the portal.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="Of the hub; 0: any.")
@click.option("--directory", type=click.Path(path_type=Path), default=Path(".demo"), show_default=True)
@click.option("--calm", is_flag=True, help="The partners behave.")
def demo(
    *,
    once: bool,
    database: str,
    dossiers: int,
    procedures: int,
    online: int,
    seed: int,
    port: int,
    directory: Path,
    calm: bool,
) -> None:
    """Run a hub, a worker, stand-ins of five partners and invented data, all in .demo/.

    Chạy thử toàn bộ trên máy này với dữ liệu mẫu.
    """
    from hub.demo.run import Wish, run

    wish = Wish(directory, database, dossiers, procedures, online, seed, port, calm, once)
    click.get_current_context().exit(0 if run(wish) else 1)
