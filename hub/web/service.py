"""What the views of one process share: made once by the application factory and handed to every blueprint."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from hub.flows.accept import Accepted, Unit, accept
from hub.flows.pressure import Pressure
from hub.observe import metrics
from hub.store.together import Together
from hub.web.client_auth import KeyRing
from hub.web.courtesy import Courtesy
from hub.web.knowledge import Knowledge

if TYPE_CHECKING:
    from hub.flows.context import Context


class Service:
    """Thread-safe."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keys = KeyRing(context)
        self.knowledge = Knowledge(context)
        self.pressure = Pressure(context)
        self.courtesy = Courtesy()
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
        for (kind, word), times in Counter((one.kind, one.word.value) for one in accepted).items():
            metrics().accepted_total.labels(kind, word).inc(times)

    def stop(self) -> None:
        """Let everybody who waits for changes go: the process is ending."""
        self.stopping.set()
        self.context.waker.close()

    def close(self) -> None:
        """Leave the database."""
        self.stop()
        self.pressure.finish()
        self.context.store.close()
