"""The simulated portal's own calls: it sends a filed dossier to the hub again and again until it hears 0 or 1."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from hub.sdk import ConnectorError, Http, Timeouts
from plugins.national_portal.answers import INBOUND_DOUBLE, INBOUND_TAKEN

if TYPE_CHECKING:
    from hub.sdk.simulator import Memory

FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 0.1, 5.0
TAKEN = {INBOUND_TAKEN, INBOUND_DOUBLE}


class Courier:
    """Works off the shelf `outbox`, which is in the memory: what is not answered goes out again after a restart."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._http = Http(Timeouts(connect=2.0, read=10.0, total=20.0))
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._next: dict[str, tuple[float, float]] = {}  # name → when, and the delay after that
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the background."""
        self._thread = threading.Thread(target=self._run, name="national_portal.courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what is open stays in the outbox."""
        self._stopped.set()
        self._wake.set()
        if self._thread:
            self._thread.join()
        self._http.close()

    def hurry(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            for name, letter in self._memory.all("outbox").items():
                if self._stopped.is_set():
                    return
                if time.monotonic() >= self._next.get(name, (0.0, 0.0))[0]:
                    self._send(name, letter)
            self._wake.wait(self._pause())

    def _send(self, name: str, letter: dict[str, Any]) -> None:
        code = self._post(letter)
        if code in TAKEN:
            with self._memory.together():
                filed = self._memory.get("filed", name)
                if filed:  # not forgotten by a reset meanwhile
                    self._memory.put("filed", name, filed | {"answered": code})
                self._memory.remove("outbox", name)
            self._next.pop(name, None)
        else:
            delay = self._next.get(name, (0.0, FIRST_DELAY_SECONDS))[1]
            self._next[name] = (time.monotonic() + delay, min(delay * 2, LONGEST_DELAY_SECONDS))

    def _post(self, letter: dict[str, Any]) -> int | None:
        headers = {"Authorization": f"Bearer {letter['token']}", "Charset": "utf-8"}
        try:
            answer = self._http.post(letter["hook"], json=letter["message"], headers=headers).json()
        except ConnectorError:
            return None
        code = answer.get("error_code") if isinstance(answer, dict) else None
        return code if isinstance(code, int) else None

    def _pause(self) -> float:
        times = [at for at, _ in self._next.values()]
        return max(0.01, min(times) - time.monotonic()) if times else 1.0
