"""The wire of VNPost over NGSP: token, order, cancel, look-up, tracking; one method a call, no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import Garbled, TokenGateway

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import Tools

PATHS: Mapping[str, str] = {  # assumption: gateways give each service their own path; settings override
    "token_path": "/token",
    "order_path": "/vnpost/1.0/order",
    "cancel_path": "/vnpost/1.0/cancel",
    "tracking_path": "/vnpost/1.0/tracking",
}
TOKEN_HEADER = "access_token"  # noqa: S105 (the name of a header)
FIRST = "0" * 24  # lastId before anything was read
PAGE_SIZE = 1_000  # the most VNPost gives at once


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
        self._gateway = TokenGateway(
            tools,
            self._url("token_path"),
            consumer=(settings["consumer_key"], settings["consumer_secret"]),
            header=settings.get("token_header", TOKEN_HEADER),
        )

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
        found = self._gateway.call(method, self._url(service), **options)
        if not isinstance(found, dict):
            raise Garbled("The answer is no JSON object.")
        return found

    def _url(self, service: str) -> str:
        return str(self._settings["base_url"]).rstrip("/") + str(self._settings.get(service, PATHS[service]))


def _said(body: Mapping[str, Any]) -> Said:
    if "Status" not in body:
        raise Garbled("The answer has no Status.")
    order = body.get("Order")
    return Said(body["Status"], str(body.get("Message") or ""), order if isinstance(order, dict) else {})
