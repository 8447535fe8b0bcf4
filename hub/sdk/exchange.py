"""What went out and what came back in one attempt, masked: every value is hidden but those a connector names."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

EXCERPT = 2_000  # characters kept of each direction
MANY = 20  # elements kept of a list
SHOWN = 200  # characters kept of a value that is shown
HIDDEN = "[ẩn]"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, masked. `seconds` is the whole duration; `status` None when no answer came."""

    method: str
    target: str
    sent: str
    status: int | None
    answered: str
    seconds: float


_trace: ContextVar[list[Exchange] | None] = ContextVar("exchanges", default=None)
_left: ContextVar[Callable[[], float] | None] = ContextVar("left", default=None)


@contextlib.contextmanager
def recording() -> Iterator[list[Exchange]]:
    """Collect the exchanges made by this thread inside the block."""
    trace: list[Exchange] = []
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


@contextlib.contextmanager
def only_while(left: Callable[[], float]) -> Iterator[None]:
    """Let this thread send only while `left()` (seconds) is above 0: who slept beyond his lease sends nothing more."""
    token = _left.set(left)
    try:
        yield
    finally:
        _left.reset(token)


def seconds_left() -> float | None:
    """Return for how long a request may still leave, looked at before each one; None: nothing limits it."""
    left = _left.get()
    return None if left is None else left()


def record(exchange: Exchange) -> None:
    """Add to the collection of this thread, if anybody collects."""
    trace = _trace.get()
    if trace is not None:
        trace.append(exchange)


def is_recording() -> bool:
    """Tell whether anybody collects, so that nothing is masked in vain."""
    return _trace.get() is not None


def excerpt(body: bytes | str, *, shown: AbstractSet[str]) -> str:
    """Return the body with every value hidden whose field is not in `shown`, cut to `EXCERPT` characters.

    JSON and XML are understood; of anything else the length is told.
    """
    if not body:
        return ""
    if body[:1] in {b"<", "<"}:
        return _markup_excerpt(body, shown=shown)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"[{len(body)} bytes]"
    return orjson.dumps(hide(document, shown=shown)).decode()[:EXCERPT]


def _markup_excerpt(body: bytes | str, *, shown: AbstractSet[str]) -> str:
    try:
        return markup.masked(body, shown=shown, hidden=HIDDEN)[:EXCERPT]
    except markup.Unreadable:
        return f"[{len(body)} bytes]"


def hide(value: Any, *, shown: AbstractSet[str], field: str = "") -> Any:
    """Return the JSON value with all strings and numbers hidden whose field is not named in `shown`."""
    kind = type(value)
    if kind is dict:
        hidden = {}
        for name, inner in value.items():
            kind = type(inner)
            if kind is str:  # nearly all there is: no call for it
                hidden[name] = inner[:SHOWN] if not inner or name in shown else HIDDEN
            else:
                hidden[name] = hide(inner, shown=shown, field=name)
        return hidden
    if kind is list:
        return [hide(inner, shown=shown, field=field) for inner in value[:MANY]]
    if field in shown or value is None or kind is bool or value == "":
        return value[:SHOWN] if kind is str else value
    return HIDDEN
