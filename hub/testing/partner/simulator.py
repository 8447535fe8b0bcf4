"""The echo partner: keeps what it is put, tells doubles apart, feeds back what `/_sim/act` tells it."""

from __future__ import annotations

from typing import Any

from hub.sdk import digest_of
from hub.sdk.simulator import Call, Fault, Response, Simulator, Tokens

SECRET = "whsec_bmjhuqdtIGPDtGkgbOG6t25nIHRow7RuZw=="  # noqa: S105 (of a partner that exists only in tests)
PAGE = 2
LISTED = 1_000


class EchoSimulator(Simulator):
    """Speaks JSON over HTTP with a login."""

    name = "echo"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._tokens = Tokens(self.memory, self.clock)

    def answer(self, call: Call) -> Response:
        """Route one request."""
        if call.path == "/login":
            return self._log_in(call)
        if not self._tokens.admit(call):
            return Response.json({"message": "no session"}, 401)
        if call.path == "/put":
            return self._put(call)
        if call.path == "/get":
            return Response.json({name: _shown(self.memory.get("held", name)) for name in call.json()})
        if call.path == "/list":
            return self._list(call.query.get("after", ""))
        if call.path == "/feed":
            return self._feed(int(call.query["after"]))
        if call.path == "/news":
            news = [self.memory.get("news", name) for name in call.json()]
            return Response.json([each for each in news if each])
        return Response.json({"healthy": True}) if call.path == "/health" else Response.json({}, 404)

    def holdings(self) -> dict[str, Any]:
        """Documents by kind/key."""
        return {name: fact["document"] for name, fact in self.memory.all("held").items()}

    def act(self, call: Call) -> Response:
        """`{"feed": item}` sends an item down; `{"refuse": "kind/key"}` refuses a record; `{"news": {name: item}}`."""
        wish = call.json()
        if "feed" in wish:
            number = self.memory.count("feed") + 1
            self.memory.put("feed", f"{number:09}", {"number": number, **wish["feed"]})
        if "refuse" in wish:
            self.memory.put("refused", wish["refuse"], value=True)
        for name, item in wish.get("news", {}).items():
            self.memory.put("news", name, item)
        return Response.json({"done": True})

    def _log_in(self, call: Call) -> Response:
        if call.json().get("secret") != SECRET:
            return Response.json({"message": "wrong secret"}, 401)
        return Response.json({"token": self._tokens.give()})

    def _put(self, call: Call) -> Response:
        wishes = call.json()
        if call.fault is Fault.ERROR_IN_200:
            return Response.json({"results": [{"key": wish["key"], "code": "9"} for wish in wishes]})
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return Response.json({"results": [{"key": wish["key"], "code": "3"} for wish in wishes]})
        if call.fault is Fault.PARTIAL_BATCH:
            wishes = wishes[: len(wishes) // 2]
        results = [{"key": wish["key"], "code": self._keep(wish)} for wish in wishes]
        if call.fault is Fault.ODD_CODE:
            results = [{**each, "code": call.details.get("code", "00")} for each in results]
        return Response.json({"results": results})

    def _keep(self, wish: dict[str, Any]) -> str:
        name = wish["key"]
        if self.memory.get("refused", name):
            return "2"
        if self.memory.get("held", name) == {"id": wish["id"], "document": wish["document"]}:
            return "1"
        self.memory.put("held", name, {"id": wish["id"], "document": wish["document"]})
        self.memory.effect(
            "put", name, {"sha256": digest_of(wish["document"])}
        )  # the same content twice is a double, whatever its id
        return "0"

    def _list(self, after: str) -> Response:
        held = self.memory.all("held", after=after, limit=LISTED + 1)
        names = list(held)[:LISTED]
        listed = [{"key": name, "digest": digest_of(held[name]["document"])} for name in names]
        return Response.json({"listed": listed, "next": names[-1] if names else after, "more": len(held) > LISTED})

    def _feed(self, after: int) -> Response:
        items = list(self.memory.all("feed", after=f"{after:09}", limit=PAGE + 1).values())
        page = items[:PAGE]
        return Response.json(
            {"items": page, "next": str(page[-1]["number"] if page else after), "more": len(items) > PAGE}
        )


def _shown(fact: dict[str, Any] | None) -> dict[str, str] | None:
    return fact and {"id": fact["id"], "digest": digest_of(fact["document"])}
