"""A small load generator: processes with raw keep-alive sockets, since an HTTP library is slower than the server.

Each connection sends the next of the prepared requests and waits for its answer: a server process that has fewer of the
connections is not left idle at the end. Only what such answers need is understood: a status line and Content-Length.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONNECTIONS = 128  # at the same time
Told: TypeAlias = tuple[float, float, list[float], int]  # of one process: start, end, seconds, failures


@dataclass
class Measured:
    """What came of a load. seconds: each request's duration, sorted."""

    requests: int = 0
    failed: int = 0
    elapsed: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        """The duration that this share of requests did not pass, in seconds."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] if self.seconds else 0.0


def load(
    address: tuple[str, int], requests: Sequence[bytes], *, connections: int = CONNECTIONS, gap: float = 0.0
) -> Measured:
    """Send the requests over so many connections, all at the same time, from two processes.

    gap: seconds between the starts of two requests of one connection (0: as fast as it answers).
    """
    queue: multiprocessing.Queue[Told] = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=_process, args=(address, requests[half::2], connections // 2, gap, queue))
        for half in (0, 1)
    ]
    for worker in workers:
        worker.start()
    told = [queue.get() for _ in workers]
    for worker in workers:
        worker.join()
    seconds = sorted(one for _, _, durations, _ in told for one in durations)
    elapsed = max(end for _, end, _, _ in told) - min(start for start, _, _, _ in told)
    return Measured(len(seconds), sum(failed for *_, failed in told), elapsed, seconds)


def _process(
    address: tuple[str, int],
    requests: Sequence[bytes],
    connections: int,
    gap: float,
    queue: multiprocessing.Queue[Told],
) -> None:
    """Drive the connections of this process, a thread each."""
    import threading

    durations: list[float] = []
    failures: list[int] = []
    lock = threading.Lock()

    plan = iter(requests)

    def run() -> None:
        mine, failed = _connection(address, plan, gap)
        with lock:
            durations.extend(mine)
            failures.append(failed)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put((started, time.monotonic(), durations, sum(failures)))


def _connection(address: tuple[str, int], plan: Iterator[bytes], gap: float) -> tuple[list[float], int]:
    durations, failed = [], 0
    due = time.monotonic()
    with socket.create_connection(address) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in plan:
            if gap:
                due += gap
                time.sleep(max(due - time.monotonic(), 0))
            started = time.monotonic()
            line.sendall(request)
            failed += not _answer(line).startswith(b"HTTP/1.1 20")
            durations.append(time.monotonic() - started)
    return durations, failed


def _answer(line: socket.socket) -> bytes:
    """Read one answer whole; return it."""
    data = line.recv(65_536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(line)
    head = data[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    while len(data) < end + 4 + length:
        data += _more(line)
    return data


def _more(line: socket.socket) -> bytes:
    data = line.recv(65_536)
    if not data:
        raise ConnectionError("the server closed the line")
    return data
