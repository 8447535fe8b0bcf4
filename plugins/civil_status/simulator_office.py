"""The stand-in's office: takes cases, hears reports, decides, and says no in plain Vietnamese."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Call, Fault, Memory, Response
from plugins.civil_status import simulator_cases as cases
from plugins.civil_status.formats import STAMP, VIETNAM

if TYPE_CHECKING:
    from hub.sdk import Clock

NEXT = {"1": {"2", "3", "6"}, "2": {"1"}, "3": {"4", "6"}, "4": set[str](), "6": set[str]()}
AUTO = {"1": "3", "3": "4"}
RETURNED = "5"


class Office:
    """Keeps cases in the simulator's memory."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    def take(self, call: Call) -> Response:
        """Answer a case that is handed over."""
        if call.fault is Fault.ERROR_IN_200:
            return cases.no("503", "Hệ thống bận, vui lòng thử lại sau")
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return cases.no("409", "Hồ sơ liên thông chưa được gửi")
        wish = call.json()
        key, held = wish.get("maHoSoMCDT", ""), self._memory.get("case", wish.get("maHoSoMCDT", ""))
        problem = cases.problem(wish)
        if problem:
            return cases.no("400", problem)
        if held and held["status"] != "2":
            return cases.no("409", f"Hồ sơ {key} đã tồn tại")
        fingerprint = hashlib.sha256(wish["data"].encode()).hexdigest()
        fresh = {"module": wish["module"], "unit": wish["maDonVi"], "interlink": wish["maHoSoLT"], "reports": []}
        case = (held or fresh) | {"declaration": fingerprint, "files": len(wish["fileDinhKem"])}
        self.decide(key, case, "1", {})
        self._memory.effect("case", key, {"taken": fingerprint})
        odd = call.details.get("code", "00") if call.fault is Fault.ODD_CODE else "1"
        words = "Tiếp nhận hồ sơ thành công"
        return Response.json({"status": odd, "statusDescription": words, "errorCode": None, "errorDescription": None})

    def hear(self, call: Call) -> str:
        """Answer a report as the software does: in words only."""
        wish = call.json()
        if call.fault in {Fault.ERROR_IN_200, Fault.ODD_CODE}:
            return "Hệ thống bận, vui lòng thử lại sau" if call.fault is Fault.ERROR_IN_200 else "Lỗi -987"
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return "Hồ sơ chưa cập nhật trạng thái đăng ký"
        key, status = str(wish.get("maHoSo")), str(wish.get("trangThai"))
        held = self._memory.get("case", key)
        if held is None:
            return f"Hồ sơ {key} chưa được gửi sang phần mềm hộ tịch"
        mark = [status, wish.get("thoiGianThucHien")]
        if mark in held.get("marks", []):
            return "Trạng thái đã tồn tại"
        if self._memory.get("office", "auto") and status == RETURNED:
            while held["status"] in AUTO:
                self.decide(key, held, AUTO[held["status"]], {})
        if held["reports"]:
            return "Logic xử lý không hợp lệ"  # the case has ended here: returned, withdrawn or stopped
        if held["status"] == "6" or (held["status"] == "4" and status != RETURNED):
            return "Hồ sơ đã kết thúc hoặc đã bị từ chối. Không thể cập nhật trạng thái"
        if status == RETURNED and held["status"] != "4":
            return "Hồ sơ chưa cập nhật trạng thái đăng ký hộ tịch"
        held["reports"] = [*held["reports"], status]
        held["marks"] = [*held.get("marks", []), mark]
        self._memory.put("case", key, held)
        self._memory.effect("report", key, mark)
        return "Cập nhật trạng thái thành công"

    def tell(self, call: Call) -> Response:
        """Answer the question for the state of cases; in automatic operation each question moves them a step."""
        wish = call.json()
        keys = wish["maDinhDanhHoSo"]
        if call.fault is Fault.PARTIAL_BATCH:
            keys = keys[: len(keys) // 2]
        found = {
            key: held for key in keys if (held := self._memory.get("case", key)) and held["module"] == wish["module"]
        }
        value = [cases.state(key, held) for key, held in found.items()]
        if self._memory.get("office", "auto"):
            for key, held in found.items():
                if held["status"] in AUTO and not held["reports"]:
                    self.decide(key, held, AUTO[held["status"]], {})
        return Response.json({"status": 1, "statusDescription": "Thành công", "value": value})

    def decide(self, key: str, held: dict[str, Any], status: str, words: dict[str, Any]) -> None:
        """Move a case on; its words are those of this step."""
        held |= {"status": status, "at": self._clock.now().astimezone(VIETNAM).strftime(STAMP)}
        held |= {"words": words.get("words"), "limit": words.get("limit")}
        self._memory.put("case", key, held)
