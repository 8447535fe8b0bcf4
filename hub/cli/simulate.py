"""`hub simulate`: stand-ins of partners on loopback sockets."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import orjson

from hub.cli.frame import Reach, reach

STOPPING = (signal.SIGTERM, signal.SIGINT)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--port-base", type=click.IntRange(0, 65_000), default=0, help="First port; 0: any free ones.")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where they keep what they are told; default: only in memory.",
)
@click.option("--json", "json", is_flag=True, help="One JSON line each: name, url, settings for a channel.")
@reach
def simulate(ours: Reach, *, names: tuple[str, ...], port_base: int, directory: Path | None, json: bool) -> None:
    """Run stand-ins of partners until SIGTERM; all of them, or those named.

    Chạy mô phỏng các hệ thống đối tác.
    """
    from hub.observe import set_up_logging
    from hub.plugging.manager import load

    set_up_logging("error", "console")
    settings = ours.settings
    known = load(blocked=settings.block_plugins).simulators()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.ClickException(f"No simulator is called {', '.join(unknown)}; there are: {', '.join(known)}.")
    if directory:
        directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as started:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before any thread starts, so that all inherit it
        started.callback(signal.pthread_sigmask, signal.SIG_SETMASK, before)
        for place, name in enumerate(names or known):
            simulator = known[name](directory=directory, port=port_base + place if port_base else 0)
            simulator.start()
            started.callback(simulator.stop)
            made: Any = getattr(simulator, "settings", dict)()
            line = {"name": name, "url": simulator.url, "settings": made}
            click.echo(orjson.dumps(line).decode() if json else f"{name:<20}{simulator.url}")
        signal.sigwait(STOPPING)
