"""The ministry's software as a stand-in: keeps cases, refuses what is out of order in plain Vietnamese, decides."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from hub.sdk.simulator import Call, Fault, Response, Simulator, Tokens
from plugins.civil_status import client, simulator_cases
from plugins.civil_status.formats import STAMP, VIETNAM

USER, PASSWORD = "mcdt", "mcdt-hotich"
UNIT = "14758"
NEXT = {"1": {"2", "3", "6"}, "2": {"1"}, "3": {"4", "6"}, "4": set[str](), "6": set[str]()}
AUTO = {"1": "3", "3": "4"}
RETURNED = "5"


class CivilStatusSimulator(Simulator):
    """Speaks the software's JSON and its plain text."""

    name = "civil_status"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._tokens = Tokens(self.memory, self.clock)

    def settings(self) -> dict[str, Any]:
        """Return settings with which a channel reaches this simulator."""
        return {
            "base_url": self.url,
            "user_name": USER,
            "password": PASSWORD,
            "unit_code": UNIT,
            "province_code": simulator_cases.PROVINCE,
        }

    def answer(self, call: Call) -> Response:
        """Route one request."""
        if call.path in {client.TOKEN, client.REFRESH}:
            return self._sign_in(call)
        if not self._tokens.admit(call):
            return Response.json({"message": "Unauthorized"}, 401)
        if call.path == client.CASE:
            return self._take(call)
        if call.path == client.REPORT:
            return Response(self._hear(call).encode(), 200, "text/plain; charset=utf-8")
        return self._tell(call) if call.path == client.RESULTS else Response.json({}, 404)

    def holdings(self) -> dict[str, Any]:
        """Of each case its module, the fingerprint of its declaration and the reports it took."""
        return {
            f"dossier/{key}": {name: held[name] for name in ("module", "declaration", "reports")}
            for key, held in self.memory.all("case").items()
        }

    def act(self, call: Call) -> Response:
        """`{"act": "decide", "dossier": code, "status": "4", …}` decides a case; `{"act": "auto", "on": true}` all."""
        wish = call.json()
        if wish.get("act") == "auto":
            self.memory.put("office", "auto", bool(wish.get("on", True)))
            return Response.json({"auto": bool(wish.get("on", True))})
        held = self.memory.get("case", str(wish.get("dossier")))
        if wish.get("act") != "decide" or held is None:
            return Response.json({"error": "act is 'auto' or 'decide' with a known 'dossier'"}, 422)
        if str(wish.get("status")) not in NEXT[held["status"]]:
            return Response.json({"error": f"after {held['status']} comes one of {sorted(NEXT[held['status']])}"}, 409)
        self._decide(
            wish["dossier"], held, str(wish["status"]), {key: wish[key] for key in ("words", "limit") if key in wish}
        )
        return Response.json({"status": held["status"]})

    def _sign_in(self, call: Call) -> Response:
        wish = call.json()
        known = (wish.get("userName"), wish.get("password")) == (USER, PASSWORD)
        if not known and not self.memory.get("refresh", str(wish.get("refreshToken"))):
            return Response.json({"message": "Sai tài khoản hoặc mật khẩu"}, 401)
        token = self._tokens.give()
        refresh = hashlib.sha256(token.encode()).hexdigest()
        self.memory.put("refresh", refresh, value=True)
        end = (self.clock.now() + timedelta(days=1)).isoformat()
        return Response.json({"token": token, "refreshToken": refresh, "refreshTokenExpiryTime": end})

    def _take(self, call: Call) -> Response:
        if call.fault is Fault.ERROR_IN_200:
            return simulator_cases.no("503", "Hệ thống bận, vui lòng thử lại sau")
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return simulator_cases.no("409", "Hồ sơ liên thông chưa được gửi")
        wish = call.json()
        key, held = wish.get("maHoSoMCDT", ""), self.memory.get("case", wish.get("maHoSoMCDT", ""))
        problem = simulator_cases.problem(wish)
        if problem:
            return simulator_cases.no("400", problem)
        if held and held["status"] != "2":
            return simulator_cases.no("409", f"Hồ sơ {key} đã tồn tại")
        fingerprint = hashlib.sha256(wish["data"].encode()).hexdigest()
        fresh = {"module": wish["module"], "unit": wish["maDonVi"], "interlink": wish["maHoSoLT"], "reports": []}
        case = (held or fresh) | {"declaration": fingerprint, "files": len(wish["fileDinhKem"])}
        self._decide(key, case, "1", {})
        self.memory.effect("case", key, {"taken": fingerprint})
        odd = call.details.get("code", "00") if call.fault is Fault.ODD_CODE else "1"
        words = "Tiếp nhận hồ sơ thành công"
        return Response.json({"status": odd, "statusDescription": words, "errorCode": None, "errorDescription": None})

    def _hear(self, call: Call) -> str:
        """Answer a report as the software does: in words only."""
        wish = call.json()
        if call.fault in {Fault.ERROR_IN_200, Fault.ODD_CODE}:
            return "Hệ thống bận, vui lòng thử lại sau" if call.fault is Fault.ERROR_IN_200 else "Lỗi -987"
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return "Hồ sơ chưa cập nhật trạng thái đăng ký"
        key, status = str(wish.get("maHoSo")), str(wish.get("trangThai"))
        held = self.memory.get("case", key)
        if held is None:
            return f"Hồ sơ {key} chưa được gửi sang phần mềm hộ tịch"
        mark = [status, wish.get("thoiGianThucHien")]
        if mark in held.get("marks", []):
            return "Trạng thái đã tồn tại"
        if self.memory.get("office", "auto") and status == RETURNED:
            while held["status"] in AUTO:
                self._decide(key, held, AUTO[held["status"]], {})
        if held["reports"]:
            return "Logic xử lý không hợp lệ"  # the case has ended here: returned, withdrawn or stopped
        if held["status"] == "6" or (held["status"] == "4" and status != RETURNED):
            return "Hồ sơ đã kết thúc hoặc đã bị từ chối. Không thể cập nhật trạng thái"
        if status == RETURNED and held["status"] != "4":
            return "Hồ sơ chưa cập nhật trạng thái đăng ký hộ tịch"
        held["reports"] = [*held["reports"], status]
        held["marks"] = [*held.get("marks", []), mark]
        self.memory.put("case", key, held)
        self.memory.effect("report", key, mark)
        return "Cập nhật trạng thái thành công"

    def _tell(self, call: Call) -> Response:
        wish = call.json()
        keys = wish["maDinhDanhHoSo"]
        if call.fault is Fault.PARTIAL_BATCH:
            keys = keys[: len(keys) // 2]
        found = {
            key: held for key in keys if (held := self.memory.get("case", key)) and held["module"] == wish["module"]
        }
        value = [simulator_cases.state(key, held) for key, held in found.items()]
        if self.memory.get("office", "auto"):
            for key, held in found.items():
                if held["status"] in AUTO and not held["reports"]:
                    self._decide(key, held, AUTO[held["status"]], {})
        return Response.json({"status": 1, "statusDescription": "Thành công", "value": value})

    def _decide(self, key: str, held: dict[str, Any], status: str, words: dict[str, Any]) -> None:
        """Move a case on; its words are those of this step."""
        held |= {"status": status, "at": self.clock.now().astimezone(VIETNAM).strftime(STAMP)}
        held |= {"words": words.get("words"), "limit": words.get("limit")}
        self.memory.put("case", key, held)
