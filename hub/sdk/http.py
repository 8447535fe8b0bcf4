"""The HTTP session a connector is given: time-outs, a total deadline, house errors, masked exchanges."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from hub.sdk import careful, exchange
from hub.sdk.errors import Busy, Garbled, NotSent, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
SERVER_ERROR = 500
CHUNK = 65_536
MAXIMUM_ANSWER = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect (6 s is what the field uses, domain.md 1.1), between two bytes, and for the whole call."""

    connect: float = 6.0
    read: float = 30.0
    total: float = 60.0


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


class Http:
    """Thread-safe; redirects are not followed and the environment's proxies are not used unless told so."""

    def __init__(
        self,
        timeouts: Timeouts | None = None,
        *,
        shown: AbstractSet[str] = frozenset(),
        connections: int = 8,
        trust_environment: bool = False,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._shown = shown
        self.session = requests.Session()
        self.session.trust_env = trust_environment
        adapter = careful.Adapter(pool_connections=4, pool_maxsize=connections, max_retries=0)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

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
        sending = dict(headers or {})
        if json is not None:
            body = orjson.dumps(json)
            sending.setdefault("Content-Type", "application/json")
        started = time.monotonic()
        status, content = None, b""
        try:
            response = self._send(method, url, body if form is None else form, sending, parameters, basic)
            status = response.status_code
            content = self._read(response, started)
        except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError):
            raise Unanswered("The answer did not come in time or was cut.") from None
        except requests.ConnectionError as problem:
            if _never_connected(problem):
                raise NotSent("No connection could be made.") from None
            raise Unanswered("The connection was cut before the answer.") from None
        except requests.RequestException as problem:
            raise NotSent(f"The request could not be made ({type(problem).__name__}).") from None
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
            raise_for(status, response.headers)
        return Answer(status, response.headers, content)

    def _send(
        self,
        method: str,
        url: str,
        data: bytes | Mapping[str, str] | None,
        headers: Mapping[str, str],
        parameters: Mapping[str, str] | None,
        basic: tuple[str, str] | None,
    ) -> requests.Response:
        return self.session.request(
            method,
            url,
            data=data,
            headers=headers,
            params=parameters,
            auth=basic,
            timeout=(self._timeouts.connect, self._timeouts.read),
            stream=True,
            allow_redirects=False,
        )

    def _read(self, response: requests.Response, started: float) -> bytes:
        """Read the body under the total deadline: a drip of bytes must not hold a thread for ever."""
        chunks, size = [], 0
        for chunk in response.iter_content(CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > MAXIMUM_ANSWER:
                response.close()
                raise Garbled("The answer is larger than 64 MiB.")
            if time.monotonic() - started > self._timeouts.total:
                response.close()
                raise Unanswered("The answer took longer than the total time-out.")
        return b"".join(chunks)


def _never_connected(problem: requests.ConnectionError) -> bool:
    if isinstance(problem, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)):
        return True
    cause = problem.args[0] if problem.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, (NewConnectionError, ConnectTimeoutError))


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


def _target(url: str) -> str:
    """The address without its query: numbers and names may stand there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
