"""A worker that runs in this process while a test looks on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.worker.main import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flows.context import Context


@contextmanager
def working(context: Context) -> Iterator[None]:
    """Let a worker go on until the block ends."""
    worker = Worker(context)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(20)
