"""One request as a partner's protocol sees it, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk.simulator.faults import Fault


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
