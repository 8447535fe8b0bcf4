"""What the simulated VNPost does with orders: takes, shows, cancels, and refuses what the real one would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Memory, Response
from plugins.postal.codes import MANDATORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NUMBERS = frozenset({"SenderProvince", "ReceiverProvince", "SenderDistrict", "ReceiverDistrict"})


class Book:
    """The orders of some customers. `taken` is told the number of each new order."""

    def __init__(self, memory: Memory, customers: frozenset[str], taken: Callable[[str], None]) -> None:
        self.memory = memory
        self._customers = customers
        self._taken = taken

    def take(self, call: Call) -> Response:
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
        self._taken(number)
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

    def show(self, call: Call) -> Response:
        order = self._find(call)
        if order is None:
            return said(205, "Không tìm thấy đơn hàng")
        return said(100, "Thành công", Order={**order["sent"], "State": order["state"]})

    def cancel(self, call: Call) -> Response:
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


def said(status: Any, message: str, **more: Mapping[str, Any]) -> Response:
    """Answer in VNPost's form."""
    return Response.json({"Status": status, "Message": message, **more})
