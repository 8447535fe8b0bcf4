"""`python -m chaos.node web|worker|supervised CLOCK_FILE`: a hub process as its commands make it; its clock lies.

The file holds seconds; the wall clock of this process is ahead by so many (behind if negative).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hub import config, wiring
from hub.cli.supervisor import Supervisor
from hub.observe import set_up_logging, set_up_metrics
from hub.plugging.manager import load
from hub.testing import partner
from hub.web.app import create_app
from hub.web.server import Server
from hub.worker.main import Worker

if TYPE_CHECKING:
    from flask import Flask

    from hub.config import Settings
    from hub.flows.context import Context

LOOK_SECONDS = 0.1


class ShiftedClock:
    """The wall clock of a machine whose time was set wrongly."""

    def __init__(self, file: Path) -> None:
        self._file, self._looked, self._shift = file, 0.0, timedelta()

    def now(self) -> datetime:
        """Return the shifted time."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            text = self._file.read_text(encoding="utf-8").strip() if self._file.exists() else ""
            self._shift = timedelta(seconds=float(text or 0))
        return datetime.now(UTC) + self._shift


def build(settings: Settings, file: Path) -> Context:
    """Put a hub process together, with the echo partner beside the shipped plugins."""
    plugins = load(blocked=("sms", "civil_status"))
    plugins.register(partner)
    return wiring.build(settings, wall=ShiftedClock(file), plugins=plugins)


class Web(Server):
    """The web server; its processes have the shifted clock too."""

    file: Path

    def load(self) -> Flask:
        """Make the app after the fork."""
        return create_app(build(self.settings, self.file))


def main(what: str, file: Path) -> None:
    """Run until SIGTERM."""
    settings = config.load(dict(os.environ))
    set_up_logging(settings.log_level, settings.log_format)
    set_up_metrics(None)
    if what == "web":
        server = Web(settings)
        server.file = file
        server.run()
        return
    if what == "supervised":  # a worker as a child, as `hub serve` has it
        Supervisor({"worker": lambda: work(settings, file)}, stop_seconds=settings.stop_seconds).run()
        return
    work(settings, file)


def work(settings: Settings, file: Path) -> None:
    """Be a worker until SIGTERM."""
    worker = Worker(build(settings, file))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
