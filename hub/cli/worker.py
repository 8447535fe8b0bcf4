"""`hub worker`: one more worker on the same database."""

from __future__ import annotations

import click

from hub.cli.frame import Reach, reach


@click.command()
@reach
def worker(ours: Reach) -> None:
    """Run one worker until SIGTERM; any number may run beside each other.

    Chạy một worker; có thể chạy nhiều worker song song.
    """
    from hub.observe import set_up_logging, set_up_metrics

    settings = ours.settings
    set_up_metrics(settings.metrics_directory)
    set_up_logging(settings.log_level, settings.log_format)
    from hub.worker import run

    run(settings)
