"""A stand-in for the national portal: speaks generation A, refuses what the portal would refuse, calls the hub."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hub.sdk.simulator import Call, Fault, Response, Simulator
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
from plugins.national_portal.mapping import row_order
from plugins.national_portal.simulator_acts import answer_act
from plugins.national_portal.simulator_dossiers import DossierDesk
from plugins.national_portal.simulator_post import Courier
from plugins.national_portal.simulator_procedures import ProcedureDesk
from plugins.national_portal.simulator_words import ACCESS, DATA, NOT_FOUND, SERVICE, SESSION, TAKEN, TROUBLE, no, yes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugins.national_portal.simulator_words import Answer

ODD_CODES = ("00", 0, "0", 77)  # the last is in no table


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
        self.dossiers, self.procedures = DossierDesk(self.memory), ProcedureDesk(self.memory)
        self.courier = Courier(self.memory)
        self._services: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
            SEND_DOSSIERS: self.dossiers.take_dossiers,
            SEND_PROGRESS: self.dossiers.take_progress,
            SEND_DECISION: self.dossiers.take_decisions,
            FIND_DOSSIER: self.dossiers.find,
            PUBLISHING["service"]: self.procedures.take,
            LIST_PROCEDURES: self.procedures.list,
            READ_PROCEDURE: self.procedures.read,
            LIST_AGENCIES: self.procedures.agencies,
            LIST_FIELDS: self.procedures.fields,
        }
        self.procedures.seed()

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
        self.procedures.seed()

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
            return Response.json(no(DATA, "Nội dung không phải JSON"))
        if call.fault is Fault.ERROR_IN_200:
            return Response.json(no(TROUBLE, "Hệ thống đang bận, vui lòng thử lại sau"))
        answer = self._log_in(body) if call.path == AUTH_ENDPOINT else self._serve(call, body)
        if call.fault is Fault.ODD_CODE and answer["error_code"] == TAKEN:
            answer["error_code"] = call.details.get("code", self._next_odd_code())
        return Response.json(answer)

    def _log_in(self, body: Mapping[str, Any]) -> Answer:
        if (body.get("username"), body.get("password")) != (self.username, self.password):
            return no(ACCESS, "Tài khoản hoặc mật khẩu không đúng")
        session = secrets.token_hex(16)
        self.memory.put("session", session, self.clock.now().isoformat())
        return yes(None) | {"session": session}

    def _serve(self, call: Call, body: Mapping[str, Any]) -> Answer:
        session = str(body.get("session"))
        began = self.memory.get("session", session)
        if call.fault is Fault.EXPIRED_SESSION or not began or self._is_over(began):
            self.memory.remove("session", session)
            return no(SESSION, "Phiên làm việc đã hết hạn")
        if body.get("madonvi") != self.unit:
            return no(ACCESS, "Tài khoản không thuộc đơn vị này")
        service = str(body.get("service"))
        serve = self._services.get(service)
        if serve is None or (service in SHARED) != (call.path == SHARE_ENDPOINT):
            return no(SERVICE, f"Không có dịch vụ {service}")
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL and (service == SEND_PROGRESS or body.get("isUpdating") == "True"):
            return no(NOT_FOUND, "Hồ sơ chưa có trên Cổng")
        rows = body.get("data")
        if call.fault is Fault.PARTIAL_BATCH and isinstance(rows, list) and len(rows) > 1:
            half = serve({**body, "data": rows[: len(rows) // 2]})
            return half if half["error_code"] != TAKEN else no(DATA, f"Lỗi dữ liệu từ bản ghi {len(rows) // 2 + 1}")
        return serve(body)

    def _is_over(self, began: str) -> bool:
        return self.clock.now() - datetime.fromisoformat(began) > self.session_lifetime

    def _next_odd_code(self) -> Any:
        number = self.memory.get("counter", "odd") or 0
        self.memory.put("counter", "odd", number + 1)
        return ODD_CODES[number % len(ODD_CODES)]
