"""Says when the web server answers: the line that people and scripts wait for."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS = 0.03
ANSWER_SECONDS = 5.0


def tell_when_ready(listen: str, mark: Path, *, started: float) -> None:
    """Write a line as soon as /readyz answers 200, from a background thread.

    mark: there once the port is ours; until then another program may answer there.
    """
    threading.Thread(target=_wait, args=(listen, mark, started), name="ready", daemon=True).start()


def is_ready(listen: str) -> bool:
    """Ask /readyz once."""
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host)  # noqa: S104 (what it listens on is not where we ask)
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait(listen: str, mark: Path, started: float) -> None:
    while not (mark.exists() and is_ready(listen)):
        time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - started
    click.echo(f"Liên Thông is ready (sẵn sàng): http://{listen} in {seconds:.1f} s")
