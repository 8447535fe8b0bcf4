"""A partner's answer over HTTP, and what its status means when nothing else is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk.errors import Busy, Garbled, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A partner's answer below 500."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the body as JSON. Raises Garbled."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            raise Garbled(f"The answer is not JSON ({len(self.content)} bytes).", code=str(self.status)) from None


def raise_for(status: int, headers: Mapping[str, str]) -> None:
    """Raise what an answer of this status means when nothing else is known of it: Busy, Unanswered, or nothing."""
    if status in {TOO_MANY_REQUESTS, UNAVAILABLE}:
        raise Busy(f"HTTP {status}", code=str(status), retry_after=_seconds(headers.get("Retry-After")))
    if status >= SERVER_ERROR:
        # A 500 or a gateway's 502/504 does not tell whether the partner had committed.
        raise Unanswered(f"HTTP {status}", code=str(status))


def _seconds(text: str | None) -> float | None:
    """Retry-After in its seconds form (the date form is not used by any partner seen)."""
    return float(text) if text and text.isascii() and text.isdigit() else None
