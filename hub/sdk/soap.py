"""The SOAP tool: a client from a local WSDL file that fetches nothing, reads no entities and speaks house errors.

What a call can end in, beside what `Http` raises (NotSent, Busy, Unanswered):

Unmappable          the values do not fit the WSDL; nothing was sent
NotSent             the WSDL itself cannot be used, or nobody serves SOAP at the address (404, 405, a redirect)
CredentialsRefused  401 or 403, with or without a fault
Fault (Rejecting)   the partner answered with a SOAP fault; `of_server` tells that it blames itself
Garbled             an answer that is no readable envelope of the operation
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from hub.sdk.errors import Garbled, NotSent, Unmappable
from hub.sdk.soap_answers import Fault, look

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk.answers import Answer
    from hub.sdk.http import Http

__all__ = ["Fault", "Soap"]


class Soap:
    """Thread-safe; the WSDL is read at the first call, zeep and lxml are imported only then.

    wsdl: a file that ships with the plugin; what it imports must lie in its folder or be named in `copies`
    (address of a standard schema: local file). address: where the service really is. wsse: a `zeep.wsse` object.
    """

    def __init__(
        self,
        http: Http,
        wsdl: Path,
        *,
        address: str,
        copies: Mapping[str, Path] | None = None,
        wsse: Any = None,
    ) -> None:
        self._http = http
        self._wsdl = wsdl
        self._address = address
        self._copies = dict(copies or {})
        self._wsse = wsse
        self._lock = threading.Lock()
        self._client: Any = None
        self._service: Any = None

    def call(self, operation: str, **values: Any) -> Any:
        """Call an operation; the answer is plain dicts, lists and values. Raises ConnectorError, see the module."""
        client, service = self._ready()
        binding = service._binding  # noqa: SLF001 (zeep keeps it there and offers no other way)
        body = self._envelope(client, service, operation, values)
        answer = self._http.post(self._address, body=body, headers=_headers(binding, operation), any_status=True)
        look(answer, binding.get(operation).output.body)
        return self._result(client, binding, operation, answer)

    def _ready(self) -> tuple[Any, Any]:
        with self._lock:
            if self._client is None:
                self._client, self._service = self._load()
            return self._client, self._service

    def _load(self) -> tuple[Any, Any]:
        import zeep

        logging.getLogger("zeep").setLevel(logging.CRITICAL)  # it would log values it cannot convert: personal data
        settings = zeep.Settings(
            strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=not self._copies, force_https=False
        )
        try:
            client = zeep.Client(  # type: ignore[no-untyped-call]
                str(self._wsdl), transport=LocalFiles(self._wsdl, self._copies), settings=settings, wsse=self._wsse
            )
            ports = [port for service in client.wsdl.services.values() for port in service.ports.values()]
            service = client.create_service(ports[0].binding.name, self._address)  # type: ignore[no-untyped-call]
            return client, service
        except zeep.exceptions.ExternalReferenceForbidden as problem:
            raise NotSent(f"{self._wsdl.name} wants {problem.url}, and only local files are read.") from None
        except (zeep.exceptions.Error, OSError, IndexError) as problem:
            raise NotSent(f"{self._wsdl.name} cannot be used as a WSDL ({type(problem).__name__}).") from problem

    def _envelope(self, client: Any, service: Any, operation: str, values: Mapping[str, Any]) -> bytes:
        import zeep
        from zeep.wsdl.utils import etree_to_string

        try:
            message = client.create_message(service, operation, **values)
            return bytes(etree_to_string(message))  # type: ignore[no-untyped-call]
        except zeep.exceptions.Error as problem:
            raise Unmappable(f"{operation}: {problem}") from None
        except (ValueError, TypeError) as problem:  # no such element, or characters that XML cannot carry
            raise Unmappable(f"{operation}: the values do not fit the WSDL ({type(problem).__name__}).") from None

    def _result(self, client: Any, binding: Any, operation: str, answer: Answer) -> Any:
        import zeep
        from zeep.helpers import serialize_object

        try:
            result = binding.process_reply(
                client, binding.get(operation), _Reply(answer.status, answer.headers, answer.content)
            )
        except (zeep.exceptions.Error, ValueError, TypeError, AttributeError, LookupError) as problem:
            raise Garbled(
                f"The answer is no {operation} answer ({type(problem).__name__}).", code=str(answer.status)
            ) from None
        return serialize_object(result, dict)  # type: ignore[no-untyped-call]


class LocalFiles:
    """The only way zeep gets a document: from the WSDL's own folder, or a local copy of a standard schema."""

    def __init__(self, wsdl: Path, copies: Mapping[str, Path]) -> None:
        self._folder = wsdl.resolve().parent
        self._copies = copies
        self._wsdl = wsdl

    def load(self, url: str) -> bytes:
        """Return the document. Raises NotSent for anything that is not local."""
        if url in self._copies:
            return self._copies[url].read_bytes()
        parts = urlsplit(str(url))
        path = unquote(parts.path)
        file = (self._folder / path).resolve()
        if parts.scheme not in {"", "file"} or parts.netloc or not file.is_relative_to(self._folder):
            raise NotSent(f"{self._wsdl.name} wants {url}, and only local files are read.")
        return file.read_bytes()


@dataclass(frozen=True, slots=True)
class _Reply:
    """The four things zeep reads of a response."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    encoding: str = "utf-8"


def _headers(binding: Any, operation: str) -> dict[str, str]:
    from zeep.wsdl.bindings.soap import Soap12Binding

    action = binding.get(operation).soapaction or ""
    if isinstance(binding, Soap12Binding):
        return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
