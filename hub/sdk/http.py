"""The HTTP session a connector is given: time-outs, a total deadline, house errors, masked exchanges."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from hub.sdk import careful, exchange
from hub.sdk.answers import Answer, raise_for
from hub.sdk.errors import Garbled, NotSent, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

CHUNK = 65_536
MAXIMUM_ANSWER = 64 * 1024 * 1024  # bytes
HOSTS = 4  # with open connections
STANDING = {"User-Agent": "lienthong", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}


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
        self.session = requests.Session()
        self.session.trust_env = False
        adapter = careful.Adapter(hosts=HOSTS, connections=connections)
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
            request = _prepared(method, url, body if form is None else form, sending, parameters, basic)
            response = self._send(request)
            status = response.status_code
            content = self._read(response, started)
        except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError):
            raise Unanswered("The answer did not come in time or was cut.") from None
        except requests.exceptions.ContentDecodingError:
            raise Garbled("The answer cannot be unpacked.") from None
        except requests.ConnectionError as problem:
            if status is None and _never_connected(problem):
                raise NotSent("No connection could be made.") from None
            raise Unanswered("The connection was cut before the answer.") from None
        except requests.exceptions.InvalidSchema:
            raise NotSent("The request could not be made (no http address).") from None
        except requests.RequestException as problem:  # a head of an answer that is none
            raise Unanswered(f"The answer cannot be read ({type(problem).__name__}).") from None
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

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        """Hand it to the session's adapter: its cookies, hooks and redirects are not wanted here."""
        return self.session.get_adapter(str(request.url)).send(
            request,
            stream=True,
            timeout=(self._timeouts.connect, self._timeouts.read),
            verify=self.session.verify or False,
            cert=self.session.cert,
            proxies=self.session.proxies,
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


def _prepared(
    method: str,
    url: str,
    data: bytes | Mapping[str, str] | None,
    headers: Mapping[str, str],
    parameters: Mapping[str, str] | None,
    basic: tuple[str, str] | None,
) -> requests.PreparedRequest:
    """Raises NotSent."""
    prepared = requests.PreparedRequest()
    prepared.method = method
    try:
        prepared.url = _address(url) if not parameters else _with_parameters(url, parameters)
        prepared.prepare_headers({**STANDING, **headers})
        if basic is not None:
            prepared.prepare_auth(basic)
    except (requests.RequestException, UnicodeError) as problem:
        raise NotSent(f"The request could not be made ({type(problem).__name__}).") from None
    if data is not None and not isinstance(data, bytes):
        prepared.prepare_body(data, None)
    elif data is not None or method not in {"GET", "HEAD"}:
        prepared.body = data or b""
        prepared.headers["Content-Length"] = str(len(prepared.body))
    return prepared


def _with_parameters(url: str, parameters: Mapping[str, str] | None) -> str:
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, parameters)
    return str(prepared.url)


@lru_cache(maxsize=256)
def _address(url: str) -> str:
    """A partner has a handful of addresses; each is read once."""
    return _with_parameters(url, None)


def _never_connected(problem: requests.ConnectionError) -> bool:
    if isinstance(problem, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)):
        return True
    cause = problem.args[0] if problem.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, (NewConnectionError, ConnectTimeoutError))


def _target(url: str) -> str:
    """The address without its query: numbers and names may stand there."""
    return url.partition("?")[0].partition("#")[0]
