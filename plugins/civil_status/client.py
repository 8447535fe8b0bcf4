"""The software's wire: token, case, report, results. Partner codes become outcomes in `answers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Credential, CredentialsRefused, Garbled, NotSent, Rejecting, Renewable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Answer, Tools

TOKEN, REFRESH = "/api/token", "/api/token/refresh"
CASE, REPORT, RESULTS = "/api/hotich/hoso", "/api/hotich/trangthai", "/api/hotich/ketqua"
NO_ENTRY = frozenset({401, 403})
NOBODY, REDIRECT = frozenset({404, 405}), range(300, 400)
ERROR = 400


class Software:
    """One account at the software; safe for many threads."""

    def __init__(self, tools: Tools, settings: Mapping[str, Any]) -> None:
        self._http = tools.http
        self._base = str(settings["base_url"]).rstrip("/")
        self._account = {"userName": settings["user_name"], "password": settings["password"]}
        self._session = Renewable(self._sign_in, tools.clock)
        self._refresh: dict[str, str] | None = None  # only touched inside the session's lock

    def sign_in(self) -> None:
        """Have a session. Raises ConnectorError."""
        self._session.get()

    def hand_over(self, case: Mapping[str, Any]) -> Any:
        """Send a case; return the answer's JSON. Raises ConnectorError."""
        return self._call(CASE, case).json()

    def report(self, body: Mapping[str, Any]) -> str:
        """Report a later step; return the answer's plain text. Raises ConnectorError."""
        try:
            return self._call(REPORT, body).content.decode()
        except UnicodeDecodeError:
            raise Garbled("The answer is no text.") from None

    def results(self, keys: Sequence[str], *, province: str, module: str) -> list[dict[str, Any]]:
        """Ask for the state of cases; those the software does not have are absent. Raises ConnectorError."""
        answer = self._call(RESULTS, {"maDinhDanhHoSo": list(keys), "maTinh": province, "module": module}).json()
        if (
            not isinstance(answer, dict)
            or str(answer.get("status")) != "1"
            or not isinstance(answer.get("value"), list)
        ):
            raise Garbled("The answer has no list of cases.")
        return [each for each in answer["value"] if isinstance(each, dict) and each.get("maHoSoMCDT") in keys]

    def _call(self, path: str, body: Any) -> Answer:
        """One call with the session, renewed once when the software forgot it."""
        token = self._session.get()
        answer = self._post(path, body, token)
        if answer.status in NO_ENTRY:
            answer = self._post(path, body, self._session.renew(token))
        _raise_for(answer.status)
        return answer

    def _post(self, path: str, body: Any, token: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._http.post(f"{self._base}{path}", json=body, headers=headers)

    def _sign_in(self) -> Credential:
        refresh, self._refresh = self._refresh, None
        answer = self._post(REFRESH, refresh) if refresh else None
        if answer is None or answer.status >= ERROR:
            answer = self._post(TOKEN, self._account)
        _raise_for(answer.status)
        body = answer.json()
        token = body.get("token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise Garbled("The login answered without a token.")
        if body.get("refreshToken"):
            self._refresh = {"token": token, "refreshToken": str(body["refreshToken"])}
        return Credential(token)


def _raise_for(status: int) -> None:
    """Raise what an answer between 300 and 499 means."""
    if status in NO_ENTRY:
        raise CredentialsRefused(f"HTTP {status}", code=str(status))
    if status in NOBODY or status in REDIRECT:
        raise NotSent(f"The software is not at this address (HTTP {status}).", code=str(status))
    if status >= ERROR:
        raise Rejecting(f"HTTP {status}", code=str(status))
