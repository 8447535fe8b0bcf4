"""The look at the lease before anything leaves; `hub.sdk.line` looks again when the bytes are handed to the system."""

from __future__ import annotations

from hub.sdk import exchange
from hub.sdk.errors import NotSent

ENDED = "The lease on the work in hand has ended; nothing more is sent."


def look() -> None:
    """Raise NotSent when nothing may leave any more."""
    if not exchange.may_send():
        raise NotSent(ENDED)
