"""A stand-in for the national portal: speaks generation A, refuses what the portal would refuse, calls the hub."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hub.sdk.simulator import Call, Fault, Response, Simulator
from plugins.national_portal import simulator_rules as rules
from plugins.national_portal.client import AUTH_ENDPOINT, INTEGRATION_ENDPOINT, SHARE_ENDPOINT
from plugins.national_portal.codes import (
    FIND_DOSSIER,
    LIST_AGENCIES,
    LIST_FIELDS,
    LIST_PROCEDURES,
    PUBLISHING,
    READ_PROCEDURE,
    SEND_DECISION,
    SEND_DOSSIERS,
    SEND_PROGRESS,
    SHARED,
)
from plugins.national_portal.connector import row_order
from plugins.national_portal.formats import canonical_number, digest
from plugins.national_portal.simulator_acts import answer_act
from plugins.national_portal.simulator_post import Courier
from plugins.national_portal.simulator_seed import AGENCIES, FIELDS, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TAKEN, EXISTS, EXISTS_TOO, TROUBLE, DATA, NOT_FOUND, SERVICE, ACCESS, SESSION = (
    "0",
    "3",
    -3,
    "-1",
    "2",
    "4",
    "5",
    "6",
    "7",
)
ODD_CODES = ("00", 0, "0", 77)  # the last is in no table
Answer = dict[str, Any]


class NationalPortalSimulator(Simulator):
    """Answers per call for the whole batch: all or nothing, and the message names the dossier at fault."""

    name: ClassVar[str] = "national_portal"
    unit: ClassVar[str] = "000.00.00.H56"
    username: ClassVar[str] = "h56_motcua"
    password: ClassVar[str] = "mat-khau-cua-bo-mo-phong"
    destination: ClassVar[str] = "VN:GOV:000.00.00.G22:dvcqg"
    inbound_token: ClassVar[str] = "ma-goi-vao-cua-bo-mo-phong"
    session_lifetime: ClassVar[timedelta] = timedelta(minutes=30)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.names_numbers = True  # whether a refusal names the dossiers; not every portal does
        self.courier = Courier(self.memory)
        self._services: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
            SEND_DOSSIERS: self._take_dossiers,
            SEND_PROGRESS: self._take_progress,
            SEND_DECISION: self._take_decisions,
            FIND_DOSSIER: self._find,
            PUBLISHING["service"]: self._take_procedures,
            LIST_PROCEDURES: self._list_procedures,
            READ_PROCEDURE: self._read_procedure,
            LIST_AGENCIES: lambda _: _yes([{"MADONVI": code, "TENDONVI": name} for code, name in AGENCIES.items()]),
            LIST_FIELDS: lambda _: _yes(
                [{"MALINHVUC": code, "TENLINHVUC": name, "MANGANH": sector} for code, (name, sector) in FIELDS.items()]
            ),
        }
        self._seed()

    def settings(self) -> dict[str, Any]:
        """Settings with which a channel reaches this simulator."""
        return {
            "adapter_url": self.url,
            "madonvi": self.unit,
            "username": self.username,
            "password": self.password,
            "dstcode": self.destination,
            "inbound_tokens": [self.inbound_token],
        }

    def start(self) -> None:
        super().start()
        self.courier.start()

    def stop(self) -> None:
        self.courier.stop()
        super().stop()

    def reset(self) -> None:
        super().reset()
        self._seed()

    def _seed(self) -> None:
        if not self.memory.count("catalogue"):
            with self.memory.together():
                for code, record in catalogue().items():
                    self.memory.put("catalogue", code, record)

    def holdings(self) -> dict[str, Any]:
        filed, progress = self.memory.all("filed"), self.memory.all("progress")
        dossiers = {
            f"dossier/{number}": {
                "dossier": core,
                "progress": sorted(progress.get(number, []), key=row_order),
                "decision": filed.get(number, {}).get("decision"),
            }
            for number, core in self.memory.all("dossier").items()
        }
        return dossiers | {f"procedure/{code}": record for code, record in self.memory.all("procedure").items()}

    def act(self, call: Call) -> Response:
        """See `simulator_acts`: `file_online`, `change_procedure`, `filed`."""
        return answer_act(self, call.json())

    def answer(self, call: Call) -> Response:
        if call.path not in {AUTH_ENDPOINT, INTEGRATION_ENDPOINT, SHARE_ENDPOINT}:
            return Response.json({"message": "no such path"}, 404)
        if call.headers.get("dstcode") != self.destination:
            return Response.json({"message": "dstcode is not routed here"}, 403)
        try:
            body = call.json()
        except ValueError:
            return Response.json(_no(DATA, "Nội dung không phải JSON"))
        if call.fault is Fault.ERROR_IN_200:
            return Response.json(_no(TROUBLE, "Hệ thống đang bận, vui lòng thử lại sau"))
        answer = self._log_in(body) if call.path == AUTH_ENDPOINT else self._serve(call, body)
        if call.fault is Fault.ODD_CODE and answer["error_code"] == TAKEN:
            answer["error_code"] = call.details.get("code", self._next_odd_code())
        return Response.json(answer)

    def _log_in(self, body: Mapping[str, Any]) -> Answer:
        if (body.get("username"), body.get("password")) != (self.username, self.password):
            return _no(ACCESS, "Tài khoản hoặc mật khẩu không đúng")
        session = secrets.token_hex(16)
        self.memory.put("session", session, self.clock.now().isoformat())
        return _yes(None) | {"session": session}

    def _serve(self, call: Call, body: Mapping[str, Any]) -> Answer:
        session = str(body.get("session"))
        began = self.memory.get("session", session)
        if call.fault is Fault.EXPIRED_SESSION or not began or self._is_over(began):
            self.memory.remove("session", session)
            return _no(SESSION, "Phiên làm việc đã hết hạn")
        if body.get("madonvi") != self.unit:
            return _no(ACCESS, "Tài khoản không thuộc đơn vị này")
        service = str(body.get("service"))
        serve = self._services.get(service)
        if serve is None or (service in SHARED) != (call.path == SHARE_ENDPOINT):
            return _no(SERVICE, f"Không có dịch vụ {service}")
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL and (service == SEND_PROGRESS or body.get("isUpdating") == "True"):
            return _no(NOT_FOUND, "Hồ sơ chưa có trên Cổng")
        rows = body.get("data")
        if call.fault is Fault.PARTIAL_BATCH and isinstance(rows, list) and len(rows) > 1:
            half = serve({**body, "data": rows[: len(rows) // 2]})
            return half if half["error_code"] != TAKEN else _no(DATA, f"Lỗi dữ liệu từ bản ghi {len(rows) // 2 + 1}")
        return serve(body)

    def _is_over(self, began: str) -> bool:
        return self.clock.now() - datetime.fromisoformat(began) > self.session_lifetime

    def _next_odd_code(self) -> Any:
        number = self.memory.get("counter", "odd") or 0
        self.memory.put("counter", "odd", number + 1)
        return ODD_CODES[number % len(ODD_CODES)]

    # --- dossiers ---

    def _take_dossiers(self, body: Mapping[str, Any]) -> Answer:
        updating, rows = body.get("isUpdating"), body.get("data")
        if updating not in {"True", "False"}:
            return _no(DATA, 'isUpdating phải là chuỗi "True" hoặc "False"')
        if refusal := rules.dossiers_refused(rows):
            return _no(DATA, self._told(refusal))
        numbers = {canonical_number(row["MaHoSo"]): row for row in rows or ()}
        there = {number for number in numbers if self._is_there(number)}
        if updating == "False" and there:
            named = ", ".join(row["MaHoSo"] for number, row in numbers.items() if number in there)
            return _no(EXISTS if len(there) % 2 else EXISTS_TOO, self._told(f"Hồ sơ {named} đã tồn tại"))
        if updating == "True" and there != numbers.keys():
            named = ", ".join(row["MaHoSo"] for number, row in numbers.items() if number not in there)
            return _no(NOT_FOUND, self._told(f"Hồ sơ {named} chưa có trên Cổng"))
        for number, row in numbers.items():
            self.memory.put("dossier", number, row)
            self.memory.effect("dossier", number, {"isUpdating": updating, "print": digest(row)})
        return _yes(None)

    def _is_there(self, number: str) -> bool:
        """A dossier born here may be updated once the office has answered it."""
        filed = self.memory.get("filed", number)
        return bool(self.memory.get("dossier", number) or (filed and filed.get("decision")))

    def _take_progress(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get("data")
        if refusal := rules.progress_refused(rows):
            return _no(DATA, self._told(refusal))
        missing = [
            row["MaHoSo"] for row in rows or () if not self.memory.get("dossier", canonical_number(row["MaHoSo"]))
        ]
        if missing:
            return _no(NOT_FOUND, self._told(f"Hồ sơ {missing[0]} chưa có trên Cổng"))
        for row in rows or ():
            number = canonical_number(row["MaHoSo"])
            self.memory.put("progress", number, [*(self.memory.get("progress", number) or []), row])
            self.memory.effect("progress", number, {"TrangThai": row["TrangThai"], "print": digest(row)})
        return _yes(None)

    def _take_decisions(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get("data")
        if refusal := rules.decisions_refused(body.get("type"), rows):
            return _no(DATA, self._told(refusal))
        named = {row["MaHoSo"]: self.memory.get("national", row["MaHoSo"]) for row in rows or ()}
        missing = [national for national, number in named.items() if number is None]
        if missing:
            return _no(NOT_FOUND, self._told(f"Hồ sơ {missing[0]} không do công dân nộp trên Cổng"))
        for row in rows or ():
            number = named[row["MaHoSo"]]
            self.memory.put("filed", number, self.memory.get("filed", number) | {"decision": row})
            self.memory.effect("decision", number, {"TrangThai": row["TrangThai"], "print": digest(row)})
        return _yes(None)

    def _find(self, body: Mapping[str, Any]) -> Answer:
        number = canonical_number(str(body.get("mahoso")))
        core, filed = self.memory.get("dossier", number), self.memory.get("filed", number) or {}
        if core is None and not filed:
            return _no(NOT_FOUND, "Không tìm thấy hồ sơ")
        return _yes(
            (core or {"MaHoSo": number, "TrangThaiHoSo": "1"})
            | {"TienDo": self.memory.get("progress", number) or [], "QuyetDinh": filed.get("decision")}
        )

    # --- procedures ---

    def _take_procedures(self, body: Mapping[str, Any]) -> Answer:
        rows = body.get(PUBLISHING["list"])
        if refusal := rules.procedures_refused(rows):
            return _no(DATA, self._told(refusal))
        for row in rows or ():
            self.memory.put("procedure", row["MATTHC"], row)
            self.memory.effect("procedure", row["MATTHC"], {"print": digest(row)})
        return _yes(None)

    def _list_procedures(self, _: Mapping[str, Any]) -> Answer:
        records = self.memory.all("catalogue").values()
        return _yes([{"MATTHC": record["MATTHC"], "TENTTHC": record["TENTTHC"]} for record in records])

    def _read_procedure(self, body: Mapping[str, Any]) -> Answer:
        record = self.memory.get("catalogue", str(body.get("maTTHC")))
        return _yes(record) if record else _no(NOT_FOUND, "Không có thủ tục này")

    def _told(self, sentence: str) -> str:
        if self.names_numbers:
            return sentence
        return "Dữ liệu đã tồn tại" if sentence.endswith("đã tồn tại") else "Dữ liệu không hợp lệ"


def _yes(result: Any) -> Answer:
    return {"error_code": TAKEN, "message": "Thành công", "result": result}


def _no(code: Any, message: str) -> Answer:
    return {"error_code": code, "message": message, "result": None}
