"""The OAuth2 gateways partners stand behind (NGSP, LGSP): a token for the consumer's key, renewed when it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk.credentials import Credential, Renewable
from hub.sdk.errors import CredentialsRefused, Garbled, NotSent, Rejecting, Unanswered

if TYPE_CHECKING:
    from hub.sdk.answers import Answer
    from hub.sdk.tools import Tools

OK, UNAUTHORISED, FORBIDDEN = 200, 401, 403
BAD_CONTENT = frozenset({400, 413, 422})
TOKEN_REFUSED = frozenset({400, 401, 403})


class TokenGateway:
    """Speaks to one gateway with client credentials (RFC 6749 4.4); safe for many threads.

    consumer: key and secret. header: where services want the token; in `Authorization` it is a Bearer token.
    """

    def __init__(
        self, tools: Tools, token_url: str, *, consumer: tuple[str, str], header: str = "Authorization"
    ) -> None:
        self._tools = tools
        self._token_url = token_url
        self._consumer = consumer
        self._header = header
        self._token = Renewable(self._fetch, tools.clock)

    def call(self, method: str, url: str, **options: Any) -> Any:
        """Call a service and return the JSON of its answer; options as `Http.request`. Raises ConnectorError."""
        token = self._token.get()
        answer = self._send(method, url, token, options)
        if answer.status == UNAUTHORISED:  # the token ended early: nothing was processed
            answer = self._send(method, url, self._token.renew(token), options)
        if answer.status in {UNAUTHORISED, FORBIDDEN}:
            raise CredentialsRefused("The gateway refuses a fresh token.", code=str(answer.status))
        if answer.status in BAD_CONTENT:
            raise Rejecting("The gateway cannot read the request.", code=str(answer.status))
        if answer.status != OK:
            raise Garbled(f"HTTP {answer.status} is no answer of this service.", code=str(answer.status))
        return answer.json()

    def _send(self, method: str, url: str, token: str, options: dict[str, Any]) -> Answer:
        value = f"Bearer {token}" if self._header.lower() == "authorization" else token
        return self._tools.http.request(method, url, headers={self._header: value}, **options)

    def _fetch(self) -> Credential:
        """Whatever goes wrong here, the call it was for has not left yet."""
        try:
            answer = self._tools.http.post(
                self._token_url, form={"grant_type": "client_credentials"}, basic=self._consumer
            )
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
