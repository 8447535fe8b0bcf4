"""The wire of the Document API behind a provincial gateway: token, dossiers, progress, procedures; no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import Garbled, TokenGateway
from plugins.province_portal.codes import (
    GET_DOCUMENT,
    GET_PROCEDURE,
    SYNC_DOCUMENT,
    SYNC_PROCEDURE,
    TOKEN,
    UPDATE_TRACES,
    Meaning,
    meaning,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Tools


@dataclass(frozen=True, slots=True)
class Said:
    """An MResult: its Status as text, what it means, its Message (never shown), and all of it."""

    code: str
    meaning: Meaning
    message: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Client:
    """Speaks to one gateway; safe for many threads."""

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        base = str(settings["base_url"]).rstrip("/")
        self._adapter = str(settings.get("adapter_url", base)).rstrip("/")
        consumer = (settings["consumer_key"], settings["consumer_secret"])
        self._gateway = TokenGateway(tools, base + TOKEN, consumer=consumer)

    def sync_document(self, document: Mapping[str, Any]) -> Said:
        """Make or replace a dossier."""
        return self._call("POST", SYNC_DOCUMENT, json=dict(document))

    def add_trace(self, trace: Mapping[str, Any]) -> Said:
        """Add one step; the portal does not tell doubles apart."""
        return self._call("POST", UPDATE_TRACES, json=dict(trace))

    def get_document(self, code: str) -> Said:
        """Ask for a dossier and its steps."""
        return self._call("GET", GET_DOCUMENT, parameters={"DocCode": code})

    def sync_procedure(self, record: Mapping[str, Any]) -> Said:
        """Make or replace a procedure."""
        return self._call("POST", SYNC_PROCEDURE, json=dict(record))

    def get_procedure(self, code: str) -> Said:
        """Ask for a procedure; its record is a text inside `message`."""
        return self._call("GET", GET_PROCEDURE, parameters={"maTTHC": code})

    def _call(self, method: str, path: str, **options: Any) -> Said:
        return _said(self._gateway.call(method, self._adapter + path, **options))


def _said(body: Any) -> Said:
    """Read an MResult, written `Status, Message` or `status, message`."""
    given = body if isinstance(body, dict) else {}
    status = given.get("Status", given.get("status"))
    if status is None:
        raise Garbled("The answer has no Status.")
    message = given.get("Message", given.get("message"))
    return Said(str(status)[:50], meaning(status), message if isinstance(message, str) else "", given)
