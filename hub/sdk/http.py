"""The HTTP a connector is given: time-outs, a total deadline, house errors, masked exchanges."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from hub.sdk import careful, exchange
from hub.sdk.answers import Answer, raise_for
from hub.sdk.errors import NotSent
from hub.sdk.line import Lines
from hub.sdk.place import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

STANDING = {
    "user-agent": "User-Agent: lienthong",
    "accept": "Accept: */*",
    "accept-encoding": "Accept-Encoding: gzip, deflate",
}
WITHOUT_BODY = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect (6 s is what the field uses, domain.md 1.1), between two bytes, and for the whole call."""

    connect: float = 6.0
    read: float = 30.0
    total: float = 60.0


class Http:
    """Thread-safe; redirects are not followed, cookies not kept, the environment's proxies not used."""

    def __init__(
        self,
        timeouts: Timeouts | None = None,
        *,
        shown: AbstractSet[str] = frozenset(),
        connections: int = 8,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._shown = shown
        self._lines = Lines(self._timeouts, most=connections)

    def get(self, url: str, **options: Any) -> Answer:
        """GET; see `request`."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        """POST; see `request`."""
        return self.request("POST", url, **options)

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        any_status: bool = False,
    ) -> Answer:
        """Send and return any answer below 500 (429 excepted); `any_status`: return those too (SOAP faults are 500s).

        Raises NotSent (no connection), Busy (429, 503), Unanswered (sent, no answer; other 5xx), Garbled.
        """
        careful.look()
        given = {name.lower(): f"{name}: {value}" for name, value in (headers or {}).items()}
        if json is not None:
            body = orjson.dumps(json)
            given.setdefault("content-type", "Content-Type: application/json")
        started = time.monotonic()
        status, content = None, b""
        try:
            if form is not None:
                sent = urlencode(form).encode()
                given.setdefault("content-type", "Content-Type: application/x-www-form-urlencoded")
            else:
                sent = body or b""
            if basic is not None:
                given["authorization"] = f"Authorization: Basic {base64.b64encode(':'.join(basic).encode()).decode()}"
            if body is not None or form is not None or method not in WITHOUT_BODY:
                given["content-length"] = f"Content-Length: {len(sent)}"
            place, target = place_of(url)
            if parameters:
                target += ("&" if "?" in target else "?") + urlencode(parameters)
            request = _head(method, target, place.name, given) + sent
            until = started + self._timeouts.total
            reply = self._lines.ask(place, request, until=until, bodiless=method == "HEAD")
            status, content = reply.status, reply.content
        finally:
            if exchange.is_recording():
                exchange.record(
                    exchange.Exchange(
                        method,
                        _target(url),
                        exchange.excerpt(body or b"", shown=self._shown),
                        status,
                        exchange.excerpt(content, shown=self._shown),
                        time.monotonic() - started,
                    )
                )
        if not any_status:
            raise_for(reply.status, reply.headers)
        return Answer(reply.status, reply.headers, reply.content)

    def close(self) -> None:
        """Hang up the lines that are idle."""
        self._lines.close()


def _head(method: str, target: str, host: str, given: Mapping[str, str]) -> bytes:
    """Write the head of a request. Raises NotSent where a line break would smuggle a line of its own in."""
    lines = (f"{method} {target} HTTP/1.1", *{"host": f"Host: {host}", **STANDING, **given}.values())
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        raise NotSent("The request could not be made (a header holds a line break).")
    try:
        return (text + "\r\n\r\n").encode("latin-1")
    except UnicodeEncodeError:
        raise NotSent("The request could not be made (a header holds letters that no header can).") from None


def _target(url: str) -> str:
    """The address without its query: numbers and names may stand there."""
    return url.partition("?")[0].partition("#")[0]
