"""What goes over the line for one request: the partner's answer, or what a fault makes of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hub.sdk.simulator.calls import Call, Response
from hub.sdk.simulator.faults import TRANSPORT, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator.base import Simulator
    from hub.sdk.simulator.faults import Plan

PHRASES = {status.value: status.phrase for status in HTTPStatus}

log = logging.getLogger("hub.simulator")


@dataclass(frozen=True, slots=True)
class Told:
    """After `wait` seconds these bytes; `cut`: then the line is cut with a reset."""

    wire: bytes = b""
    wait: float = 0.0
    cut: bool = False


def respond(simulator: Simulator, call: Call) -> Told:
    """Answer `/_sim/…`, hand the rest to the partner, let the plan decide."""
    if call.path.startswith("/_sim/"):
        return Told(_written(simulator.control(call)))
    plan = simulator.faults.draw(call.path)
    try:
        return _played(simulator, call, plan)
    except Exception as problem:  # the simulator's own defect must be seen, not swallowed
        log.exception("simulator.defect")
        simulator.noted(call, 500, f"defect: {type(problem).__name__}: {problem}")
        return Told(_written(Response.json({"defect": type(problem).__name__}, 500)))


def _played(simulator: Simulator, call: Call, plan: Plan | None) -> Told:
    fault = plan.fault if plan else None
    details = plan.details if plan else {}
    if fault in {Fault.TIMEOUT_BEFORE, Fault.HTTP_500, Fault.HTTP_429}:
        return _never_processed(simulator, call, fault, details)
    if fault and fault not in TRANSPORT:
        call = Call(call.method, call.path, call.query, call.headers, call.body, fault, details)
    response = simulator.answered(call)
    simulator.noted(call, response.status, fault)
    if fault is Fault.TIMEOUT_AFTER:
        return Told(wait=float(details.get("hold", 0)), cut=True)
    if fault is Fault.GARBLED:
        return Told(_written(Response(b"<html>\xff\xfe 502 Bad Gateway", response.status, "text/html")))
    if fault is Fault.HALF_BODY:
        return Told(_written(response, half=True), cut=True)
    if fault is Fault.SLOW:
        return Told(_written(response), wait=float(details.get("delay", 0.5)))
    if fault is Fault.DUPLICATE_ANSWER:  # at once: one that came later could be taken for the answer to the next call
        return Told(_written(response) * 2)
    return Told(_written(response))


def _never_processed(simulator: Simulator, call: Call, fault: Fault, details: Mapping[str, Any]) -> Told:
    if fault is Fault.TIMEOUT_BEFORE:
        simulator.noted(call, None, fault)
        return Told(wait=float(details.get("hold", 0)), cut=True)
    if fault is Fault.HTTP_500:
        simulator.noted(call, 500, fault)
        return Told(_written(Response(b"<h1>Internal Server Error</h1>", 500, "text/html")))
    simulator.noted(call, 429, fault)
    wait = str(int(details.get("retry_after", 1)))
    return Told(_written(Response(b"", 429, "text/plain", {"Retry-After": wait})))


def _written(response: Response, *, half: bool = False) -> bytes:
    """As it goes over the line; half: the length of the whole, the first half of the body."""
    lines = [
        f"HTTP/1.1 {response.status} {PHRASES.get(response.status, '')}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    body = response.body[: len(response.body) // 2] if half else response.body
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
