"""A real HTTP/1.1 server on loopback that answers `/_sim/…`, hands the rest to the partner, and can misbehave."""

from __future__ import annotations

import logging
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from hub.sdk.simulator.calls import Call, Response
from hub.sdk.simulator.faults import TRANSPORT, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator.base import Simulator
    from hub.sdk.simulator.faults import Plan

LONGEST_LINE = 65_536  # bytes of one header
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset

log = logging.getLogger("hub.simulator")


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
    lower_headers: dict[str, str]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (inherited)
        """Nothing personal on the screen; `/_sim/log` tells what was seen."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def parse_request(self) -> bool:
        """Read the request line and the headers, names in lower case; the inherited way takes a mail parser."""
        words = self.raw_requestline.decode("latin-1").split()
        if len(words) != 3:  # noqa: PLR2004 (method, target, version)
            return False
        self.command, self.path, self.request_version = words
        self.lower_headers = {}
        for line in self._header_lines():
            name, _, value = line.partition(":")
            self.lower_headers[name.strip().lower()] = value.strip()
        self.close_connection = self.lower_headers.get("connection", "").lower() == "close"
        return True

    def _header_lines(self) -> list[str]:
        """Take them at once where they have come at once, as they nearly always have."""
        here = self.rfile.peek()  # type: ignore[attr-defined]  # a buffered reader
        end = here.find(b"\r\n\r\n")
        if end > 0 and not here.startswith((b"\r\n", b"\n")):
            return self.rfile.read(end + 4)[:end].decode("latin-1").split("\r\n")
        lines = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b"\r\n", b"\n", b""}:
            lines.append(line.decode("latin-1"))
        return lines

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        headers = self.lower_headers
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the line was cut: nothing was asked
            self.close_connection = True
            return
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
