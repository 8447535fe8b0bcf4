"""A working VNPost over NGSP: takes orders, refuses what it would refuse, moves parcels, gives tracking by lastId."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Response, Simulator
from plugins.postal.client import PAGE_SIZE, PATHS, TOKEN_HEADER
from plugins.postal.codes import MANDATORY
from plugins.postal.mapping import leg_of
from plugins.postal.mapping_tracking import check_digit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

WALK: Sequence[tuple[int, str]] = (  # what an order goes through by itself
    (4, "Bưu tá đang thu gom"),
    (6, "Đã thu gom"),
    (10, "Đang vận chuyển"),
    (12, "Đang phát"),
    (14, "Phát thành công"),
)
COLLECTED, LAST = 6, 14
NUMBERS = frozenset({"SenderProvince", "ReceiverProvince", "SenderDistrict", "ReceiverDistrict"})


class PostalSimulator(Simulator):
    """Knows one consumer and some customers; `auto_track`: every accepted order moves a step at each pull."""

    name = "postal"

    def __init__(
        self,
        *,
        consumer_key: str = "hub-consumer",
        consumer_secret: str = "hub-secret",  # noqa: S107 (a test login)
        customer_codes: Sequence[str] = ("HCC-H56",),
        token_seconds: int = 3600,
        auto_track: bool = False,
        directory: Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(directory=directory, **options)
        self._basic = base64.b64encode(f"{consumer_key}:{consumer_secret}".encode()).decode()
        self._customers = frozenset(customer_codes)
        self._token_seconds = token_seconds
        self._auto_track = auto_track
        self._settings = {"consumer_key": consumer_key, "consumer_secret": consumer_secret}

    def settings(self) -> dict[str, Any]:
        """Return settings of a channel that fit this simulator."""
        office = {"phone": "0237000000", "province": 38, "address": "1 Phố Mẫu, xã Mẫu, tỉnh Thanh Hóa"}
        return {
            "base_url": self.url,
            "customer_code": min(self._customers),
            "default_office": office,
            **self._settings,
        }

    def answer(self, call: Call) -> Response:
        """Route one request."""
        if call.path == PATHS["token_path"]:
            return self._give_token(call)
        if not self._signed_in(call):
            return Response.json({"fault": {"code": 900901, "message": "Invalid Credentials"}}, 401)
        if call.fault is Fault.ERROR_IN_200:
            return said(500, "Hệ thống đang bận, vui lòng thử lại sau")
        if (call.method, call.path) == ("POST", PATHS["order_path"]):
            return self._odd(call, self._take(call))
        if (call.method, call.path) == ("GET", PATHS["order_path"]):
            return self._show(call)
        if (call.method, call.path) == ("GET", PATHS["cancel_path"]):
            return self._odd(call, self._cancel(call))
        if (call.method, call.path) == ("GET", PATHS["tracking_path"]):
            return self._track(call)
        return Response.json({"fault": {"code": 404, "message": "No matching resource"}}, 404)

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
            return Response.json({"event": self._scan(wish["order"], wish["status"], wish.get("message", ""))})
        if wish.get("act") == "deliver_all":
            waiting = [name for name, order in self.memory.all("order").items() if order["state"] == "accepted"]
            for number in waiting:
                self._walk(number)
            return Response.json({"walking": self.memory.count("walking")})
        if wish.get("act") == "auto_track":
            self.memory.put("option", "auto_track", bool(wish.get("on", True)))
            return Response.json({"auto_track": bool(wish.get("on", True))})
        return super().act(call)

    # ------------------------------------------------------------------ token

    def _give_token(self, call: Call) -> Response:
        if call.fault is Fault.ERROR_IN_200:
            return Response.json({"error": "temporarily_unavailable"})
        if call.headers.get("authorization", "") != f"Basic {self._basic}":
            return Response.json({"error": "invalid_client"}, 401)
        number = self._next("token")
        ends = self.clock.now() + timedelta(seconds=self._token_seconds)
        self.memory.put("token", f"token-{number}", ends.isoformat())
        return Response.json(
            {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": self._token_seconds}
        )

    def _signed_in(self, call: Call) -> bool:
        given = call.headers.get(TOKEN_HEADER) or call.headers.get("authorization", "").removeprefix("Bearer ")
        if call.fault is Fault.EXPIRED_SESSION:
            self.memory.remove("token", given)
        ends = self.memory.get("token", given)
        return ends is not None and self.clock.now() < datetime.fromisoformat(ends)

    # ------------------------------------------------------------------ orders

    def _take(self, call: Call) -> Response:
        try:
            order = call.json()
        except ValueError:
            return Response.json({"fault": {"message": "not JSON"}}, 400)
        refusal = self._refusal(order)
        if refusal:
            return refusal
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return said(207, "Đơn hàng chưa được phép khởi tạo")
        number = order["OrderNumber"]
        if self.memory.get("order", number) is not None:
            return said(204, f"Đơn hàng {number} đã tồn tại")
        self.memory.put("order", number, {"state": "accepted", "sent": order})
        self.memory.effect("order", number, "accepted")
        if self._auto_track or self.memory.get("option", "auto_track"):
            self._walk(number)
        return said(100, "Thành công")

    def _refusal(self, order: Any) -> Response | None:
        if not isinstance(order, dict):
            return Response.json({"fault": {"message": "not an object"}}, 400)
        missing = [name for name in MANDATORY if order.get(name) in (None, "")]
        if missing:
            return said(201, f"Thiếu trường bắt buộc: {', '.join(missing)}")
        wrong = [name for name in NUMBERS & order.keys() if type(order[name]) is not int]
        if wrong or type(order.get("CODAmount", 0.0)) not in {int, float}:
            return said(202, f"Sai kiểu dữ liệu: {', '.join(sorted(wrong)) or 'CODAmount'}")
        if order["CustomerCode"] not in self._customers:
            return said(203, "Mã khách hàng không hợp lệ")
        return None

    def _show(self, call: Call) -> Response:
        order = self._find(call)
        if order is None:
            return said(205, "Không tìm thấy đơn hàng")
        return said(100, "Thành công", Order={**order["sent"], "State": order["state"]})

    def _cancel(self, call: Call) -> Response:
        number, order = call.query.get("OrderNumber", ""), self._find(call)
        if order is None:
            return said(205, "Không tìm thấy đơn hàng")
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return said(207, "Đơn hàng chưa được phép hủy")
        if order["state"] == "cancelled":
            return said(208, "Đơn hàng đã được hủy trước đó")
        if order.get("item"):
            return said(206, "Bưu gửi đã được thu gom, không thể hủy")
        self.memory.put("order", number, {**order, "state": "cancelled"})
        self.memory.remove("walking", number)
        self.memory.effect("order", number, "cancelled")
        return said(100, "Thành công")

    def _find(self, call: Call) -> dict[str, Any] | None:
        order: dict[str, Any] | None = self.memory.get("order", call.query.get("OrderNumber", ""))
        return order if order and order["sent"]["CustomerCode"] == call.query.get("CustomerCode") else None

    def _odd(self, call: Call, response: Response) -> Response:
        """Success told in another way than 100."""
        if call.fault is Fault.ODD_CODE and b'"Status":100' in response.body:
            return said(call.details.get("code", "00"), "Thành công")
        return response

    # ------------------------------------------------------------------ tracking

    def _walk(self, number: str) -> None:
        if self.memory.get("walking", number) is None:
            self.memory.put("walking", number, 0)

    def _step(self) -> None:
        for number, step in self.memory.all("walking").items():
            if step < len(WALK):
                self._scan(number, *WALK[step])
            if step + 1 < len(WALK):
                self.memory.put("walking", number, step + 1)
            else:
                self.memory.remove("walking", number)

    def _scan(self, number: str, status: int, message: str) -> dict[str, Any]:
        order = self.memory.get("order", number)
        if status == COLLECTED and not order.get("item"):
            serial = f"{self._next('item'):08}"
            order["item"] = f"EH{serial}{check_digit(serial)}VN"
        # two scans of one parcel are never at the same time
        order["at"] = max(int(self.clock.now().timestamp() * 1000), order.get("at", 0) + 1)
        self.memory.put("order", number, order)
        document = {
            "_id": {"$oid": f"65000000{self._next('event'):016x}"},
            "CustomerCode": order["sent"]["CustomerCode"],
            "OrderNumber": number,
            "EventTime": order["at"],
            "POSID": f"{order['sent']['SenderProvince']:02}0000",
            "ItemCode": order.get("item", ""),
            "StatusCode": status,
            "StatusMessage": message,
            "Notes": "",
        }
        self.memory.put("event", document["_id"]["$oid"], document)
        return document

    def _track(self, call: Call) -> Response:
        self._step()
        size = min(int(call.query.get("pagesize", PAGE_SIZE)), PAGE_SIZE)
        if call.fault is Fault.PARTIAL_BATCH:
            size = max(size // 2, 1)
        documents = list(self.memory.all("event", after=call.query.get("lastId", ""), limit=size).values())
        total = self.memory.count("event")
        pages = -(-total // size)
        return Response.json(
            {"_size": total, "_total_pages": pages, "_returned": len(documents), "_embedded": {"rh:doc": documents}}
        )

    def _next(self, what: str) -> int:
        number: int = (self.memory.get("counter", what) or 0) + 1
        self.memory.put("counter", what, number)
        return number


def said(status: Any, message: str, **more: Mapping[str, Any]) -> Response:
    """Answer in VNPost's form."""
    return Response.json({"Status": status, "Message": message, **more})
