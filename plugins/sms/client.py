"""The gateway's wire: two SOAP operations from the WSDL beside this file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.sdk.soap import Soap
from plugins.sms.mapping import COMMAND, UNACCENTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Http

WSDL = Path(__file__).with_name("bulk_sms.wsdl")
DIGITS = 18  # of a RequestID, which must be a number


class Gateway:
    """Sends a message, asks for the balance; both answer (code, message)."""

    def __init__(self, http: Http, settings: Mapping[str, Any]) -> None:
        self._soap = Soap(http, WSDL, address=settings["url"])
        self._account = {"User": settings["user"], "Password": settings["password"], "CPCode": settings["cp_code"]}
        self._brand = settings["brand"]

    def send(self, *, to: str, content: str, request: str) -> tuple[str | None, str | None]:
        """Put one message into the gateway's queue. Raises ConnectorError."""
        answer = self._soap.call(
            "wsCpMt",
            **self._account,
            RequestID=request,
            UserID=to,
            ReceiverID=to,
            ServiceID=self._brand,
            CommandCode=COMMAND,
            Content=content,
            ContentType=UNACCENTED,
        )
        return _pair(answer, "result", "message")

    def balance(self) -> tuple[str | None, str | None]:
        """Ask for the account's balance; alters nothing. Raises ConnectorError."""
        return _pair(self._soap.call("checkBalance", **self._account), "errCode", "errDesc")


def request_id(channel: str, key: str, event: str) -> str:
    """Return the number of the one message about this event: always the same, so that a repeat can be told."""
    digest = hashlib.sha256(f"{channel}:{key}:{event}".encode()).digest()
    return str(int.from_bytes(digest[:16]) % 10**DIGITS).zfill(DIGITS)


def _pair(answer: Any, code: str, message: str) -> tuple[str | None, str | None]:
    found = answer if isinstance(answer, dict) else {}
    return found.get(code), found.get(message)
