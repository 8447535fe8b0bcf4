"""One serving process of gunicorn: it ends politely, and outlives silent clients and a shortage of file descriptors."""

from __future__ import annotations

import errno
import socket
import struct
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from hub.web.app import SERVICE

SCARCE_SECONDS = 0.05  # before the next look
SILENT_SECONDS = 60  # in the middle of a request: then its thread goes on without the client


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
        for listener in self.sockets:
            _bound(listener)
        try:
            super().run()
        finally:
            if service := self._service():
                service.close()

    def _service(self) -> Any:
        app = getattr(self, "wsgi", None)
        return app.extensions.get(SERVICE) if app is not None else None


def _bound(listener: Any) -> None:
    """Let no read and no write of a connection wait for ever; Linux hands what is set here on to those accepted.

    A line that is cut says nothing, and gunicorn waits: each would take a thread until none is left.
    """
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENT_SECONDS, 0))
