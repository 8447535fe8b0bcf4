"""The wire of the portal (generation A): one POST per call, `service` in the body, a session that may end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.sdk import Answer, Credential, CredentialsRefused, Garbled, NotSent, Renewable, Unanswered
from plugins.national_portal.answers import ALREADY_THERE, ANSWERS, Meaning
from plugins.national_portal.codes import SHARED
from plugins.national_portal.formats import canonical_code, has_phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Tools

AUTH_ENDPOINT = "/mapi/login"
INTEGRATION_ENDPOINT = "/mapi/g"
SHARE_ENDPOINT = "/mapi/share"
DENIED = frozenset({401, 403})
ABSENT = frozenset({404, 405})  # nobody read the body
OK = 200


class UnknownCode(Garbled):
    """The portal answered with a code that no table knows."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was understood: taken, or a clear no."""

    meaning: Meaning
    code: str
    message: str
    result: Any


class Portal:
    """Calls services; logs in when it must. Shared by all threads of a channel."""

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        self._settings = settings
        self._http = tools.http
        self._session = Renewable(self._login, tools.clock)

    def call(self, service: str, **fields: Any) -> Reply:
        """Call a service; on an ended session log in again, once.

        Returns what the portal took or clearly refused; every other end of a call is a ConnectorError.
        """
        session = self._session.get()
        reply = self._call(session, service, fields)
        if reply.meaning is Meaning.SESSION:
            reply = self._call(self._session.renew(session), service, fields)
        if reply.meaning is Meaning.SESSION:
            raise CredentialsRefused("The portal ends every session at once.", code=reply.code)
        if reply.meaning is Meaning.ACCESS:
            raise CredentialsRefused("The portal refuses the unit or its account.", code=reply.code)
        if reply.meaning is Meaning.TEMPORARY:
            raise Unanswered("The portal tells of trouble of its own.", code=reply.code)
        if reply.meaning is Meaning.UNKNOWN:
            raise UnknownCode(code=reply.code)
        return reply

    def log_in(self) -> None:
        """Try the account, keeping nothing."""
        self._login()

    def _call(self, session: str, service: str, fields: Mapping[str, Any]) -> Reply:
        endpoint = (
            self._settings.get("share_endpoint", SHARE_ENDPOINT)
            if service in SHARED
            else self._settings.get("integration_endpoint", INTEGRATION_ENDPOINT)
        )
        body = {"session": session, "madonvi": self._settings["madonvi"], "service": service, **fields}
        return _read(self._post(endpoint, body))

    def _login(self) -> Credential:
        """Whatever goes wrong here, the call itself has not left: never `unknown`."""
        account = {"username": self._settings["username"], "password": self._settings["password"]}
        try:
            answer = self._post(self._settings.get("auth_endpoint", AUTH_ENDPOINT), account)
            reply = _read(answer)
        except (Unanswered, Garbled) as problem:
            raise NotSent("The login was not answered.", code=problem.code) from problem
        session = answer.json().get("session")
        if reply.meaning is Meaning.TAKEN and isinstance(session, str) and session:
            return Credential(session)
        if reply.meaning in {Meaning.ACCESS, Meaning.DATA}:
            raise CredentialsRefused("The portal refuses the login.", code=reply.code)
        raise NotSent("The portal gave no session.", code=reply.code)

    def _post(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        headers = {"Accept": "application/json", "Charset": "utf-8", "dstcode": self._settings["dstcode"]}
        answer = self._http.post(self._settings["adapter_url"].rstrip("/") + endpoint, json=body, headers=headers)
        code = str(answer.status)
        if answer.status in DENIED:
            raise CredentialsRefused("The exchange bus refuses the call.", code=code)
        if answer.status in ABSENT:
            raise NotSent("Nothing listens at this address of the portal.", code=code)
        if answer.status != OK:
            raise Garbled(f"HTTP {answer.status}", code=code)
        return answer


def _read(answer: Answer) -> Reply:
    body = answer.json()
    code = canonical_code(body.get("error_code")) if isinstance(body, dict) else None
    if code is None:
        raise Garbled("The answer has no error_code.")
    message = str(body.get("message") or "")
    meaning = ANSWERS.get(code, Meaning.UNKNOWN)
    if meaning is Meaning.EXISTS and not has_phrase(message, ALREADY_THERE):
        meaning = Meaning.UNKNOWN
    return Reply(meaning, code, message, body.get("result"))
