"""A working provincial portal: takes dossiers, steps and procedures, refuses what it would, shows what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk.simulator import Call, Fault, Response, Simulator, Tokens, TokenService
from hub.sdk.simulator.tokens import no_service, not_admitted
from plugins.province_portal.codes import (
    GET_DOCUMENT,
    GET_PROCEDURE,
    SYNC_DOCUMENT,
    SYNC_PROCEDURE,
    TOKEN,
    UPDATE_TRACES,
)
from plugins.province_portal.mapping_compare import in_order
from plugins.province_portal.simulator_intake import Intake, said

if TYPE_CHECKING:
    from pathlib import Path

CHANGING = frozenset({SYNC_DOCUMENT, UPDATE_TRACES, SYNC_PROCEDURE})


class ProvincePortalSimulator(Simulator):
    """Knows one consumer. A dossier sent again replaces the old one; a step sent again stands there twice."""

    name = "province_portal"

    def __init__(
        self,
        *,
        consumer_key: str = "hub-consumer",
        consumer_secret: str = "hub-secret",  # noqa: S107 (a test login)
        token_seconds: int = 3600,
        directory: Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(directory=directory, **options)
        self._intake = Intake(self.memory)
        self._consumer = {"consumer_key": consumer_key, "consumer_secret": consumer_secret}
        self._tokens = Tokens(self.memory, self.clock)
        self._token_service = TokenService(self._tokens, seconds=token_seconds, **self._consumer)

    def settings(self) -> dict[str, Any]:
        """Return settings of a channel that fit this simulator."""
        return {"base_url": self.url, **self._consumer}

    def answer(self, call: Call) -> Response:
        """Route one request."""
        if call.path == TOKEN:
            return self._token_service.answer(call)
        if not self._tokens.admit(call):
            return not_admitted()
        if call.fault is Fault.ERROR_IN_200:
            return said(500, "Hệ thống đang bận, vui lòng thử lại sau")
        if call.method == "POST" and call.path in CHANGING:
            return self._change(call)
        if (call.method, call.path) == ("GET", GET_DOCUMENT):
            return self._show_document(call.query.get("DocCode", ""))
        if (call.method, call.path) == ("GET", GET_PROCEDURE):
            return self._show_procedure(call.query.get("maTTHC", ""))
        return no_service()

    def holdings(self) -> dict[str, Any]:
        """Dossiers with their steps, and procedures."""
        held: dict[str, Any] = {f"procedure/{code}": record for code, record in self.memory.all("procedure").items()}
        for code, document in self.memory.all("document").items():
            traces = in_order(self.memory.get("traces", code) or ())
            held[f"dossier/{code}"] = {"document": document, "traces": traces}
        return held

    def act(self, call: Call) -> Response:
        """{"act": "forget", "document": DocCode}: a person at the portal deletes a dossier with its steps."""
        wish = call.json()
        if wish.get("act") == "forget":
            self.memory.remove("document", wish["document"])
            self.memory.remove("traces", wish["document"])
            return Response.json({"forgotten": wish["document"]})
        return super().act(call)

    # ------------------------------------------------------------------ what changes it

    def _change(self, call: Call) -> Response:
        try:
            content = call.json()
        except ValueError:
            return Response.json({"fault": {"message": "not JSON"}}, 400)
        if not isinstance(content, dict):
            return Response.json({"fault": {"message": "not an object"}}, 400)
        change = {
            SYNC_DOCUMENT: self._intake.document,
            UPDATE_TRACES: self._intake.trace,
            SYNC_PROCEDURE: self._intake.procedure,
        }
        response = change[call.path](call, content)
        if call.fault is Fault.ODD_CODE and b'"Status":200' in response.body:
            return said(call.details.get("code", "00"), "Thành công")
        return response

    # ------------------------------------------------------------------ what it shows

    def _show_document(self, code: str) -> Response:
        document = self.memory.get("document", code)
        if document is None:
            return said(404, "Không tìm thấy hồ sơ")
        return said(200, "Thành công", Document=document, Traces=self.memory.get("traces", code) or [])

    def _show_procedure(self, code: str) -> Response:
        """The national JSON as a text inside `message`, lower case as the provincial proxies write it."""
        record = self.memory.get("procedure", code)
        result = [] if record is None else [{"ID": f"ID-{code}", **record}]
        national = {"error_code": "0", "message": "Thành công", "result": result}
        return Response.json({"status": 200, "message": orjson.dumps(national).decode()})
