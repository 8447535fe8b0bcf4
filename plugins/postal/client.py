"""The wire of VNPost over NGSP: token, order, cancel, look-up, tracking; one method a call, no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk import Credential, CredentialsRefused, Garbled, NotSent, Rejecting, Renewable, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Answer, Tools

PATHS: Mapping[str, str] = {  # assumption: gateways give each service their own path; settings override
    "token_path": "/token",
    "order_path": "/vnpost/1.0/order",
    "cancel_path": "/vnpost/1.0/cancel",
    "tracking_path": "/vnpost/1.0/tracking",
}
TOKEN_HEADER = "access_token"  # noqa: S105 (the name of a header)
FIRST = "0" * 24  # lastId before anything was read
PAGE_SIZE = 1_000  # the most VNPost gives at once

OK, UNAUTHORISED, FORBIDDEN = 200, 401, 403
BAD_CONTENT = frozenset({400, 413, 422})
TOKEN_REFUSED = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class Said:
    """A reply: its Status as it came, its Message (never shown: it may name people), the order of a look-up."""

    status: Any
    message: str
    order: Mapping[str, Any] = field(default_factory=dict)


class Client:
    """Speaks to one gateway; safe for many threads."""

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        self._settings = settings
        self._tools = tools
        self._token = Renewable(self._fetch_token, tools.clock)

    def order(self, wire: Mapping[str, Any]) -> Said:
        """Make an order."""
        return _said(self._call("POST", "order_path", json=dict(wire)))

    def cancel(self, customer: str, number: str) -> Said:
        """Cancel an order."""
        return _said(self._call("GET", "cancel_path", parameters={"CustomerCode": customer, "OrderNumber": number}))

    def look_up(self, customer: str, number: str) -> Said:
        """Ask for an order; `order` is what VNPost holds (assumption: GET on the order service)."""
        return _said(self._call("GET", "order_path", parameters={"CustomerCode": customer, "OrderNumber": number}))

    def tracking(self, last_id: str, size: int) -> list[dict[str, Any]]:
        """Return the tracking documents after an id, oldest first. Raises Garbled."""
        page = self._call("GET", "tracking_path", parameters={"pagesize": str(size), "lastId": last_id})
        embedded = page.get("_embedded")
        documents = embedded.get("rh:doc") if isinstance(embedded, dict) else embedded
        if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
            raise Garbled("The tracking page has no list of documents.")
        return documents

    def _call(self, method: str, service: str, **options: Any) -> dict[str, Any]:
        token = self._token.get()
        answer = self._send(method, service, token, options)
        if answer.status == UNAUTHORISED:  # the token ended early: nothing was processed
            answer = self._send(method, service, self._token.renew(token), options)
        if answer.status in {UNAUTHORISED, FORBIDDEN}:
            raise CredentialsRefused("VNPost's gateway refuses a fresh token.", code=str(answer.status))
        if answer.status in BAD_CONTENT:
            raise Rejecting("VNPost's gateway cannot read the request.", code=str(answer.status))
        if answer.status != OK:
            raise Garbled(f"HTTP {answer.status} is no answer of this service.", code=str(answer.status))
        found = answer.json()
        if not isinstance(found, dict):
            raise Garbled("The answer is no JSON object.")
        return found

    def _send(self, method: str, service: str, token: str, options: Mapping[str, Any]) -> Answer:
        header = self._settings.get("token_header", TOKEN_HEADER)
        value = f"Bearer {token}" if header.lower() == "authorization" else token
        return self._tools.http.request(method, self._url(service), headers={header: value}, **options)

    def _url(self, service: str) -> str:
        return str(self._settings["base_url"]).rstrip("/") + str(self._settings.get(service, PATHS[service]))

    def _fetch_token(self) -> Credential:
        """Whatever goes wrong here, the call it was for has not left yet."""
        basic = (self._settings["consumer_key"], self._settings["consumer_secret"])
        try:
            answer = self._tools.http.post(
                self._url("token_path"), form={"grant_type": "client_credentials"}, basic=basic
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


def _said(body: Mapping[str, Any]) -> Said:
    if "Status" not in body:
        raise Garbled("The answer has no Status.")
    order = body.get("Order")
    return Said(body["Status"], str(body.get("Message") or ""), order if isinstance(order, dict) else {})
