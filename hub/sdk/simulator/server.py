"""A real HTTP/1.1 server on loopback that answers `/_sim/…`, hands the rest to the partner, and can misbehave."""

from __future__ import annotations

import logging
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from hub.sdk.simulator.faults import TRANSPORT, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator.base import Simulator
    from hub.sdk.simulator.faults import Plan

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset

log = logging.getLogger("hub.simulator")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a partner's protocol sees it. `fault`: the protocol-level fault to play, if any."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    fault: Fault | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError."""
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """What the partner answers."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Response:
        """Answer with a JSON value."""
        return cls(orjson.dumps(value), status)


class Server(ThreadingHTTPServer):
    """Threads for connections; a second listener on the same port is an error, not a silent take-over."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        self.refusing = False
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event; a defect of the simulator is told once, with its traceback."""
        log.debug("simulator.connection_ended", exc_info=True)  # noqa: LOG014 (socketserver calls it inside its handler)


class Handler(BaseHTTPRequestHandler):
    """Reads one request, lets the plan decide, writes one answer (or not)."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (inherited)
        """Nothing personal on the screen; `/_sim/log` tells what was seen."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the line was cut: nothing was asked
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
        simulator = self.server.simulator
        if self.server.refusing:
            self._vanish(0)
            return
        if parts.path.startswith("/_sim/"):
            self._answer(simulator.control(call))
            return
        plan = simulator.faults.draw(parts.path)
        try:
            self._play(simulator, call, plan)
        except Exception as problem:  # the simulator's own defect must be seen, not swallowed
            log.exception("simulator.defect")
            simulator.noted(call, 500, f"defect: {type(problem).__name__}: {problem}")
            self._answer(Response.json({"defect": type(problem).__name__}, 500))

    def _play(self, simulator: Simulator, call: Call, plan: Plan | None) -> None:
        fault = plan.fault if plan else None
        details = plan.details if plan else {}
        if fault in {Fault.TIMEOUT_BEFORE, Fault.HTTP_500, Fault.HTTP_429}:
            self._never_processed(simulator, call, fault, details)
            return
        if fault and fault not in TRANSPORT:
            call = Call(call.method, call.path, call.query, call.headers, call.body, fault, details)
        response = simulator.answered(call)
        simulator.noted(call, response.status, fault)
        if fault is Fault.TIMEOUT_AFTER:
            self._vanish(float(details.get("hold", 0)))
        elif fault is Fault.GARBLED:
            self._answer(Response(b"<html>\xff\xfe 502 Bad Gateway", response.status, "text/html"))
        elif fault is Fault.HALF_BODY:
            self._answer(response, half=True)
        else:
            if fault is Fault.SLOW:
                time.sleep(float(details.get("delay", 0.5)))
            self._answer(response, times=2 if fault is Fault.DUPLICATE_ANSWER else 1)

    def _never_processed(self, simulator: Simulator, call: Call, fault: Fault, details: Mapping[str, Any]) -> None:
        if fault is Fault.TIMEOUT_BEFORE:
            simulator.noted(call, None, fault)
            self._vanish(float(details.get("hold", 0)))
        elif fault is Fault.HTTP_500:
            simulator.noted(call, 500, fault)
            self._answer(Response(b"<h1>Internal Server Error</h1>", 500, "text/html"))
        else:
            simulator.noted(call, 429, fault)
            wait = str(int(details.get("retry_after", 1)))
            self._answer(Response(b"", 429, "text/plain", {"Retry-After": wait}))

    def _vanish(self, hold: float) -> None:
        """Hold the line for a while, then cut it with a reset and no answer."""
        if hold:
            time.sleep(hold)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close_connection = True
        self.connection.close()

    def _answer(self, response: Response, *, half: bool = False, times: int = 1) -> None:
        """Write the answer at once, doubles too: one that came later could be taken for the answer to the next call."""
        lines = [
            f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}",
            f"Content-Type: {response.content_type}",
            f"Content-Length: {len(response.body)}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        body = response.body[: len(response.body) // 2] if half else response.body
        self.wfile.write(("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body) * times)
        self.wfile.flush()
        if half:
            self._vanish(0)


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
