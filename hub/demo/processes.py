"""Real child processes, looked after: one that dies is started again by the same command, all end by their pids."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LOOK_SECONDS = 0.1
AGAIN_SECONDS = 0.3  # before a dead one is started again
END_SECONDS = 15.0


@dataclass(slots=True)
class Kept:
    """One process and how often it had to be started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    again: int = 0


class Keeper:
    """Starts processes in sessions of their own, their output in `directory`, and keeps them running until `stop`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept: list[Kept] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)
        self._thread.start()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start and keep one."""
        surroundings = dict(environment or {})
        with self._lock:
            kept = Kept(name, command, surroundings, self._spawn(name, command, surroundings))
            self._kept.append(kept)

    def again(self) -> dict[str, int]:
        """Return name → how often it died, of those that did."""
        return {one.name: one.again for one in self._kept if one.again}

    def pids(self) -> dict[str, int]:
        """Return name → process id now."""
        return {one.name: one.process.pid for one in self._kept}

    def stop(self) -> None:
        """End all politely, the youngest first; kill what does not."""
        self._ended.set()
        self._thread.join()
        for one in reversed(self._kept):
            self._signal(one.process, signal.SIGTERM)
            try:
                one.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._signal(one.process, signal.SIGKILL)
                one.process.wait()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with self._lock:
                dead = [one for one in self._kept if one.process.poll() is not None]
            for one in dead:
                one.again += 1
                self._ended.wait(AGAIN_SECONDS)
                if not self._ended.is_set():
                    one.process = self._spawn(one.name, one.command, one.environment)

    def _spawn(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self._directory / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @staticmethod
    def _signal(process: subprocess.Popen[bytes], number: int) -> None:
        """To the process itself; it looks after its own children. Killing takes the whole session."""
        try:
            if number == signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                os.kill(process.pid, number)
        except ProcessLookupError:
            pass


def wait_for(condition: Callable[[], object], what: str, *, seconds: float, between: float = 0.05) -> None:
    """Wait until `condition()` is true. Raises TimeoutError naming `what`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(between)
