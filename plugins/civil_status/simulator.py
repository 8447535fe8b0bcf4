"""The ministry's software as a stand-in: keeps cases, refuses what is out of order in plain Vietnamese, decides."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from hub.sdk.simulator import Call, Response, Simulator, Tokens
from plugins.civil_status import client, simulator_cases
from plugins.civil_status.simulator_office import NEXT, Office

USER, PASSWORD = "mcdt", "mcdt-hotich"
UNIT = "14758"


class CivilStatusSimulator(Simulator):
    """Speaks the software's JSON and its plain text."""

    name = "civil_status"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._tokens = Tokens(self.memory, self.clock)
        self._office = Office(self.memory, self.clock)

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
            return self._office.take(call)
        if call.path == client.REPORT:
            return Response(self._office.hear(call).encode(), 200, "text/plain; charset=utf-8")
        return self._office.tell(call) if call.path == client.RESULTS else Response.json({}, 404)

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
        self._office.decide(
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
