"""The frame of every simulator: memory, faults, `/_sim/…`; a plugin adds the partner's protocol."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar, Self

import orjson

from hub.sdk.simulator.calls import Call, Response
from hub.sdk.simulator.faults import Fault, Faults
from hub.sdk.simulator.listener import Listener
from hub.sdk.simulator.memory import Memory
from hub.sdk.types import Clock, SystemClock

if TYPE_CHECKING:
    from pathlib import Path

LOG_LENGTH = 5_000  # requests kept in `/_sim/log`


class Simulator(ABC):
    """A working stand-in for one partner on a real socket.

    directory: where the memory is kept (None: only in this process). Subclasses implement `answer` and `holdings`.
    """

    name: ClassVar[str]

    def __init__(
        self, *, directory: Path | None = None, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None
    ) -> None:
        self.memory = Memory(directory / f"{self.name}.simulator.sqlite" if directory else None)
        self.faults = Faults()
        self.clock = clock or SystemClock()
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self._seen = 0
        self._lock = threading.Lock()
        self._listener = Listener(self, host, port)

    @property
    def url(self) -> str:
        """The address it listens at."""
        return f"http://{self._listener.host}:{self._listener.port}"

    @abstractmethod
    def answer(self, call: Call) -> Response:
        """Answer one request of the partner's protocol; runs alone and all-or-nothing on the memory.

        One thread serves all lines: what waits here (for the hub, say) holds them all up.
        """

    @abstractmethod
    def holdings(self) -> dict[str, Any]:
        """Return what it holds as plain JSON, keyed `kind/key` of the hub's record."""

    def act(self, call: Call) -> Response:
        """Answer `POST /_sim/act`: what a person at the partner would do (a citizen files, a parcel is scanned)."""
        return Response.json({"error": f"{self.name} has no act {call.path}"}, 404)

    def control(self, call: Call) -> Response:
        """Answer `/_sim/…`."""
        if call.path == "/_sim/holdings":
            with self.memory.together():
                return Response.json(self.holdings())
        if call.path == "/_sim/effects":
            return Response.json({"effects": self.memory.effects(int(call.query.get("after", 0)))})
        if call.path == "/_sim/log":
            with self._lock:
                return Response.json({"seen": self._seen, "requests": list(self._log)})
        if call.path == "/_sim/faults" and call.method == "POST":
            return self._order(call)
        if call.path == "/_sim/faults" and call.method == "DELETE":
            self.faults.clear()
            return Response.json({"faults": []})
        if call.path == "/_sim/reset" and call.method == "POST":
            self.reset()
            return Response.json({"reset": True})
        if call.path == "/_sim/act" and call.method == "POST":
            with self.memory.together():
                return self.act(call)
        return Response.json({"error": f"no {call.method} {call.path} here"}, 404)

    def _order(self, call: Call) -> Response:
        wishes = orjson.loads(call.body)
        try:
            plans = [self.faults.order(wish) for wish in (wishes if isinstance(wishes, list) else [wishes])]
        except ValueError as problem:
            return Response.json({"error": str(problem)}, 422)
        for plan, wish in zip(plans, wishes if isinstance(wishes, list) else [wishes], strict=True):
            if plan.fault is Fault.REFUSE:
                self._listener.refuse(float(wish.get("seconds", 1.0)))
        return Response.json({"faults": [plan.fault for plan in plans]})

    def answered(self, call: Call) -> Response:
        """Answer inside one transaction of the memory."""
        with self.memory.together():
            return self.answer(call)

    def noted(self, call: Call, status: int | None, fault: str | None) -> None:
        """Write a request into `/_sim/log` (no bodies: they are personal)."""
        with self._lock:
            self._seen += 1
            self._log.append(
                {"number": self._seen, "at": self.clock.now().isoformat(), "method": call.method, "path": call.path}
                | {"bytes": len(call.body), "status": status, "fault": fault}
            )

    def reset(self) -> None:
        """Forget everything and behave."""
        self.memory.clear()
        self.faults.clear()
        with self._lock:
            self._log.clear()
            self._seen = 0

    def start(self) -> None:
        """Listen, in the background."""
        self._listener.start()

    def stop(self) -> None:
        """Stop listening and close the memory."""
        self._listener.stop()
        self.memory.close()

    def __enter__(self) -> Self:
        """Start for a `with` block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop after a `with` block."""
        self.stop()
