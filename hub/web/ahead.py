"""Runs an iterator one or two steps ahead in a thread of its own, so that reading and committing overlap."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

LOOK_SECONDS = 0.5  # how often a reader that nobody waits for any more notices it


def ahead(steps: Iterator[T], *, depth: int = 2) -> Iterator[T]:
    """Yield the steps in order, at most `depth` of them made ahead; what they raise is raised here.

    When the consumer goes away, no further step is begun.
    """
    made: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
    ended = threading.Event()

    def offer(more: bool, step: T | BaseException | None) -> None:  # noqa: FBT001 (a pair for the queue)
        while not ended.is_set():
            try:
                made.put((more, step), timeout=LOOK_SECONDS)
            except queue.Full:
                continue
            return

    def run() -> None:
        try:
            for step in steps:
                offer(more=True, step=step)
                if ended.is_set():
                    return
            offer(more=False, step=None)
        except BaseException as problem:  # noqa: BLE001 (raised where the step would have been taken)
            offer(more=False, step=problem)

    threading.Thread(target=run, name="ahead", daemon=True).start()
    try:
        while True:
            more, step = made.get()
            if isinstance(step, BaseException):
                raise step
            if not more:
                return
            yield step  # type: ignore[misc]  # a step of T: the other kinds ended above
    finally:
        ended.set()
