"""`hub serve`: web server and worker as two children of one process that looks after them."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.frame import Reach, reach

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.option("--no-worker", is_flag=True, help="Only the web server.")
@reach
def serve(ours: Reach, *, no_worker: bool) -> None:
    """Run the web server and the workers until SIGTERM.

    Chạy máy chủ web và các worker.
    """
    started = time.monotonic()
    from hub.observe import set_up_logging, set_up_metrics

    settings = ours.settings
    settings.require_secret_key()
    set_up_logging(settings.log_level, settings.log_format)
    with tempfile.TemporaryDirectory(prefix="lienthong-metrics-") as directory:
        shared = settings.metrics_directory or Path(directory)
        set_up_metrics(shared, fresh=True)
        settings = replace(settings, metrics_directory=shared)
        from hub.cli.ready import tell_when_ready
        from hub.cli.supervisor import Supervisor

        mark = Path(directory) / "listening"
        tell_when_ready(settings.listen, mark, started=started)
        # imported once, here: the children are forks and share the pages
        from hub.web.server import serve as web

        jobs: dict[str, Callable[[], None]] = {"web": lambda: web(settings, listening=mark.touch)}
        if not no_worker:
            from hub.worker import Share, run

            for place in range(settings.worker_processes):
                share = Share(place, settings.worker_processes)
                jobs[f"worker{place + 1}" if place else "worker"] = partial(run, settings, share)
        Supervisor(jobs, stop_seconds=settings.stop_seconds).run()
