"""The wire of the Document API behind a provincial gateway: token, dossiers, progress, procedures; no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk import Credential, CredentialsRefused, Garbled, NotSent, Rejecting, Renewable, Unanswered
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

    from hub.sdk import Answer, Tools

OK, UNAUTHORISED, FORBIDDEN = 200, 401, 403
BAD_CONTENT = frozenset({400, 413, 422})
TOKEN_REFUSED = frozenset({400, 401, 403})


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
        self._settings = settings
        self._tools = tools
        self._token = Renewable(self._fetch_token, tools.clock)

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
        token = self._token.get()
        answer = self._send(method, path, token, options)
        if answer.status == UNAUTHORISED:  # the token ended early: nothing was processed
            answer = self._send(method, path, self._token.renew(token), options)
        if answer.status in {UNAUTHORISED, FORBIDDEN}:
            raise CredentialsRefused("The gateway refuses a fresh token.", code=str(answer.status))
        if answer.status in BAD_CONTENT:
            raise Rejecting("The gateway cannot read the request.", code=str(answer.status))
        if answer.status != OK:
            raise Garbled(f"HTTP {answer.status} is no answer of this service.", code=str(answer.status))
        return _said(answer.json())

    def _send(self, method: str, path: str, token: str, options: Mapping[str, Any]) -> Answer:
        base = str(self._settings.get("adapter_url", self._settings["base_url"])).rstrip("/")
        return self._tools.http.request(method, base + path, headers={"Authorization": f"Bearer {token}"}, **options)

    def _fetch_token(self) -> Credential:
        """Whatever goes wrong here, the call it was for has not left yet."""
        basic = (self._settings["consumer_key"], self._settings["consumer_secret"])
        url = str(self._settings["base_url"]).rstrip("/") + TOKEN
        try:
            answer = self._tools.http.post(url, form={"grant_type": "client_credentials"}, basic=basic)
            if answer.status in TOKEN_REFUSED:
                raise CredentialsRefused("The gateway refuses the consumer key or secret.", code=str(answer.status))
            return self._credential(answer.json())
        except (Unanswered, Garbled) as problem:
            raise NotSent(f"No token was given: {problem.sentence}", code=problem.code) from None

    def _credential(self, body: Any) -> Credential:
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise Garbled("The token service gave no token.")
        seconds = body.get("expires_in")
        numeric = str(seconds).isascii() and str(seconds).isdigit()
        return Credential(token, self._tools.clock.now() + timedelta(seconds=int(seconds)) if numeric else None)


def _said(body: Any) -> Said:
    """Read an MResult, written `Status, Message` or `status, message`."""
    given = body if isinstance(body, dict) else {}
    status = given.get("Status", given.get("status"))
    if status is None:
        raise Garbled("The answer has no Status.")
    message = given.get("Message", given.get("message"))
    return Said(str(status)[:50], meaning(status), message if isinstance(message, str) else "", given)
