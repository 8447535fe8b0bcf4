"""What the views of one process share: made once by the application factory and handed to every blueprint."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hub.flows.accept import Accepted, Unit, accept
from hub.flows.together import Together
from hub.observe import metrics
from hub.web.client_auth import KeyRing
from hub.web.knowledge import Knowledge

if TYPE_CHECKING:
    from hub.flows.context import Context

POLL_SECONDS = 0.1  # between two looks of somebody who waits, where nothing wakes him


class Service:
    """Thread-safe."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keys = KeyRing(context)
        self.knowledge = Knowledge(context)
        self.places_to_wait = threading.BoundedSemaphore(max(1, context.settings.web_threads // 2))
        self.stopping = threading.Event()
        self._together: Together[Unit, list[Accepted]] = Together(lambda units: accept(context, units))

    def submit(self, unit: Unit) -> list[Accepted]:
        """Accept one request's unit together with those that wait; durable when it returns."""
        accepted = self._together.submit(unit)
        self.count(accepted)
        return accepted

    def count(self, accepted: list[Accepted]) -> None:
        """Count what came of messages, and learn the procedures among them."""
        for one in accepted:
            if one.kind == "procedure":
                self.knowledge.learn(one.key)
            metrics().accepted_total.labels(one.kind, one.word.value).inc()

    def mark(self) -> int:
        """Return a mark to take before looking for changes."""
        waker = getattr(self.context, "waker", None)
        return waker.mark() if waker else 0

    def wait(self, seconds: float, *, since: int) -> None:
        """Wait until something changed since the mark, the process stops, or the time is over."""
        waker = getattr(self.context, "waker", None)
        if waker:
            waker.wait(seconds, since=since)
        else:
            self.stopping.wait(min(seconds, POLL_SECONDS))
