"""A working VNPost over NGSP: takes orders, refuses what it would refuse, moves parcels, gives tracking by lastId."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Response, Simulator, Tokens, TokenService
from hub.sdk.simulator.tokens import no_service, not_admitted
from plugins.postal.client import PATHS, TOKEN_HEADER
from plugins.postal.mapping import leg_of
from plugins.postal.simulator_orders import Book, said
from plugins.postal.simulator_tracking import Parcels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class PostalSimulator(Simulator):
    """Knows one consumer and some customers; `auto_track`: every accepted order moves a step at each pull."""

    name = "postal"

    def __init__(
        self,
        *,
        consumer_key: str = "hub-consumer",
        consumer_secret: str = "hub-secret",  # noqa: S107 (a test login)
        customer_codes: Sequence[str] = ("HCC-H56", "KH-H56-14"),  # the channel's own first
        token_seconds: int = 3600,
        auto_track: bool = False,
        directory: Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(directory=directory, **options)
        self._customers = tuple(customer_codes)
        self._auto_track = auto_track
        self._parcels = Parcels(self.memory, self.clock)
        self._book = Book(self.memory, frozenset(customer_codes), self._taken)
        self._consumer = {"consumer_key": consumer_key, "consumer_secret": consumer_secret}
        self._tokens = Tokens(self.memory, self.clock, header=TOKEN_HEADER)
        self._token_service = TokenService(self._tokens, seconds=token_seconds, **self._consumer)

    def settings(self) -> dict[str, Any]:
        """Return settings of a channel that fit this simulator."""
        office = {"phone": "0237000000", "province": 38, "address": "1 Phố Mẫu, xã Mẫu, tỉnh Thanh Hóa"}
        return {
            "base_url": self.url,
            "customer_code": self._customers[0],
            "customer_codes": list(self._customers[1:]),
            "default_office": office,
            **self._consumer,
        }

    def answer(self, call: Call) -> Response:
        """Route one request."""
        if call.path == PATHS["token_path"]:
            return self._token_service.answer(call)
        if not self._tokens.admit(call):
            return not_admitted()
        if call.fault is Fault.ERROR_IN_200:
            return said(500, "Hệ thống đang bận, vui lòng thử lại sau")
        if (call.method, call.path) == ("POST", PATHS["order_path"]):
            return self._odd(call, self._book.take(call))
        if (call.method, call.path) == ("GET", PATHS["order_path"]):
            return self._book.show(call)
        if (call.method, call.path) == ("GET", PATHS["cancel_path"]):
            return self._odd(call, self._book.cancel(call))
        if (call.method, call.path) == ("GET", PATHS["tracking_path"]):
            return self._parcels.track(call)
        return no_service()

    def holdings(self) -> dict[str, Any]:
        """Orders that are not cancelled, as they were sent, by record and leg."""
        held: dict[str, Any] = {}
        for number, order in self.memory.all("order").items():
            if order["state"] == "accepted":
                key, leg = leg_of(number)
                held.setdefault(f"postal_order/{key}", {})[leg] = order["sent"]
        return held

    def act(self, call: Call) -> Response:
        """{"act": "scan", "order", "status", "message"?} · {"act": "deliver_all"} · {"act": "auto_track", "on"}."""
        wish = call.json()
        if wish.get("act") == "scan":
            if self.memory.get("order", wish["order"]) is None:
                return Response.json({"error": "no such order"}, 404)
            return Response.json({"event": self._parcels.scan(wish["order"], wish["status"], wish.get("message", ""))})
        if wish.get("act") == "deliver_all":
            waiting = [name for name, order in self.memory.all("order").items() if order["state"] == "accepted"]
            for number in waiting:
                self._parcels.walk(number)
            return Response.json({"walking": self.memory.count("walking")})
        if wish.get("act") == "auto_track":
            self.memory.put("option", "auto_track", bool(wish.get("on", True)))
            return Response.json({"auto_track": bool(wish.get("on", True))})
        return super().act(call)

    def _odd(self, call: Call, response: Response) -> Response:
        """Success told in another way than 100."""
        if call.fault is Fault.ODD_CODE and b'"Status":100' in response.body:
            return said(call.details.get("code", "00"), "Thành công")
        return response

    def _taken(self, number: str) -> None:
        if self._auto_track or self.memory.get("option", "auto_track"):
            self._parcels.walk(number)
