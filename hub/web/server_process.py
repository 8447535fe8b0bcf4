"""One serving process of gunicorn: it ends politely, and outlives a shortage of file descriptors."""

from __future__ import annotations

import errno
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from hub.web.app import SERVICE

SCARCE_SECONDS = 0.05  # before the next look


class Worker(ThreadWorker):  # type: ignore[misc]
    """Lets long polls go when it is to end."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM."""
        if service := self._service():
            service.stopping.set()
        super().handle_exit(sig, frame)

    def accept(self, listener: Any) -> None:
        """Take a connection. While no more files may be opened it waits in the kernel, and what is served goes on."""
        try:
            super().accept(listener)
        except OSError as problem:
            if problem.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            time.sleep(SCARCE_SECONDS)

    def run(self) -> None:
        """Serve, then leave the database."""
        try:
            super().run()
        finally:
            if service := self._service():
                service.close()

    def _service(self) -> Any:
        app = getattr(self, "wsgi", None)
        return app.extensions.get(SERVICE) if app is not None else None
