"""What the simulated VNPost does with parcels: they move, are scanned, and their scans are given by lastId."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Memory, Response
from plugins.postal.client import PAGE_SIZE
from plugins.postal.mapping_tracking import check_digit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.sdk import Clock

WALK: Sequence[tuple[int, str]] = (  # what an order goes through by itself
    (4, "Bưu tá đang thu gom"),
    (6, "Đã thu gom"),
    (10, "Đang vận chuyển"),
    (12, "Đang phát"),
    (14, "Phát thành công"),
)
COLLECTED, LAST = 6, 14


class Parcels:
    """The parcels of all orders."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock

    def walk(self, number: str) -> None:
        if self.memory.get("walking", number) is None:
            self.memory.put("walking", number, 0)

    def _step(self) -> None:
        for number, step in self.memory.all("walking").items():
            if step < len(WALK):
                self.scan(number, *WALK[step])
            if step + 1 < len(WALK):
                self.memory.put("walking", number, step + 1)
            else:
                self.memory.remove("walking", number)

    def scan(self, number: str, status: int, message: str) -> dict[str, Any]:
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

    def track(self, call: Call) -> Response:
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
