"""What a connector is given to work with; it makes none of it itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from hub.sdk.http import Http
from hub.sdk.types import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _as_it_is(attachment: Mapping[str, Any]) -> str:
    return str(attachment.get("url", ""))


@dataclass(frozen=True, slots=True)
class Tools:
    """channel: the channel's name. link: makes the address at which the partner can fetch an attachment."""

    channel: str
    http: Http = field(default_factory=Http)
    clock: Clock = field(default_factory=SystemClock)
    log: Any = field(default_factory=structlog.get_logger)
    link: Callable[[Mapping[str, Any]], str] = _as_it_is
