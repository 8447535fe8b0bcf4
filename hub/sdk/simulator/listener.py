"""A simulator's door: it can be shut for a while and opened again on the same port."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hub.sdk.simulator.server import Server

if TYPE_CHECKING:
    from hub.sdk.simulator.base import Simulator


class Listener:
    """Listens, and can stop listening for a while (`refuse`), on the same port."""

    def __init__(self, simulator: Simulator, host: str, port: int) -> None:
        self._simulator = simulator
        self._server = Server((host, port), simulator)
        self.host, self.port = host, int(self._server.server_address[1])
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Serve in a background thread."""
        server = self._server
        threading.Thread(target=server.serve_forever, args=(0.05,), name="simulator", daemon=True).start()

    def stop(self) -> None:
        """Stop for good."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._server.shutdown()
            self._server.server_close()

    def refuse(self, seconds: float) -> None:
        """Close the door (new connections are refused), open it again after `seconds`."""
        threading.Thread(target=self._refuse, args=(seconds,), daemon=True).start()

    def _refuse(self, seconds: float) -> None:
        with self._lock:
            self._server.refusing = True  # connections that are already open are cut as well
            self._server.shutdown()
            self._server.server_close()
            self._timer = threading.Timer(seconds, self._reopen)
            self._timer.daemon = True
            self._timer.start()

    def _reopen(self) -> None:
        with self._lock:
            self._server = Server((self.host, self.port), self._simulator)
            self._timer = None
        self.start()
