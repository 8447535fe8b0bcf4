"""Tells every hook call: who was asked, with what (types and counts, never documents), what came, how long it took."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from hub.sdk import Connector, Health, Outcome, Page, Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pluggy

SHOWN = frozenset({"direction", "kind", "cursor", "channel"})  # arguments whose text is neither personal nor secret


class Trace:
    """Writes one line per call to `stream` (standard error)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._started = threading.local()

    def before(self, hook_name: str, hook_impls: Sequence[pluggy.HookImpl], arguments: Mapping[str, Any]) -> None:
        """Note the time; calls nest."""
        self._stack().append(time.perf_counter())

    def after(
        self,
        outcome: pluggy.Result[Any],
        hook_name: str,
        hook_impls: Sequence[pluggy.HookImpl],
        arguments: Mapping[str, Any],
    ) -> None:
        """Write the line."""
        milliseconds = (time.perf_counter() - self._stack().pop()) * 1000
        asked = ", ".join(each.plugin_name for each in reversed(hook_impls))
        given = ", ".join(
            f"{name}={value!r}" if name in SHOWN else f"{name}={describe(value)}" for name, value in arguments.items()
        )
        error = outcome.exception
        result = f"raised {type(error).__name__}" if error else describe(outcome.get_result())
        line = f"{hook_name}({given}) asked [{asked}] -> {result} in {milliseconds:.1f} ms\n"
        (self._stream or sys.stderr).write(line)

    def _stack(self) -> list[float]:
        if not hasattr(self._started, "stack"):
            self._started.stack = []
        stack: list[float] = self._started.stack
        return stack


def describe(value: Any) -> str:
    """Say what a value is without saying what it holds."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, Connector):
        return f"<{value.name} of {value.tools.channel}>"
    if isinstance(value, Health):
        return f"<Health {value.word}>"
    if isinstance(value, Outcome):
        return str(value.word)
    if isinstance(value, (Page, Receipt)):
        return f"<{type(value).__name__} of {len(value.items)}>"
    if isinstance(value, (list, tuple)):
        counts = Counter(describe(each) for each in value)
        return "[" + ", ".join(f"{number} x {what}" for what, number in counts.items()) + "]"
    return f"<{type(value).__name__}>"
