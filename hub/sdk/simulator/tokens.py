"""What a partner knows of its callers: the tokens it gave, and a gateway's token service."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.sdk.simulator.calls import Call, Response
from hub.sdk.simulator.faults import Fault

if TYPE_CHECKING:
    from hub.sdk.simulator.memory import Memory
    from hub.sdk.types import Clock

SHELF = "token"
FOR_EVER = ""  # instead of the time a token ends


class Tokens:
    """Tokens that were given; `header`: another one than Authorization that may carry them."""

    def __init__(self, memory: Memory, clock: Clock, *, header: str = "") -> None:
        self._memory = memory
        self._clock = clock
        self._header = header

    def give(self, *, seconds: int | None = None) -> str:
        """Return a new token that lives so long (None: until the partner forgets it)."""
        number = (self._memory.get("counter", SHELF) or 0) + 1
        self._memory.put("counter", SHELF, number)
        ends = FOR_EVER if seconds is None else (self._clock.now() + timedelta(seconds=seconds)).isoformat()
        self._memory.put(SHELF, f"token-{number}", ends)
        return f"token-{number}"

    def admit(self, call: Call) -> bool:
        """Tell whether the call carries a token that lives; plays the fault `expired_session` by forgetting it."""
        given = (call.headers.get(self._header) or call.headers.get("authorization", "")).removeprefix("Bearer ")
        if call.fault is Fault.EXPIRED_SESSION:
            self._memory.remove(SHELF, given)
        ends = self._memory.get(SHELF, given)
        return ends is not None and (ends == FOR_EVER or self._clock.now() < datetime.fromisoformat(ends))


class TokenService:
    """A gateway's token service for one consumer: client credentials in, a token with its seconds out."""

    def __init__(self, tokens: Tokens, *, consumer_key: str, consumer_secret: str, seconds: int) -> None:
        self._tokens = tokens
        self._basic = base64.b64encode(f"{consumer_key}:{consumer_secret}".encode()).decode()
        self._seconds = seconds

    def answer(self, call: Call) -> Response:
        """Answer `POST /token`."""
        if call.fault is Fault.ERROR_IN_200:
            return Response.json({"error": "temporarily_unavailable"})
        if call.headers.get("authorization", "") != f"Basic {self._basic}":
            return Response.json({"error": "invalid_client"}, 401)
        token = self._tokens.give(seconds=self._seconds)
        return Response.json({"access_token": token, "token_type": "Bearer", "expires_in": self._seconds})


def not_admitted() -> Response:
    """What a gateway says to a token it does not know."""
    return Response.json({"fault": {"code": 900901, "message": "Invalid Credentials"}}, 401)


def no_service() -> Response:
    """What a gateway says to a path it does not serve."""
    return Response.json({"fault": {"code": 404, "message": "No matching resource"}}, 404)
