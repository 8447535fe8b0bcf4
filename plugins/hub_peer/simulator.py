"""A stand-in for another hub: the part of the public API that a hub below uses, with one client and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk.simulator import Call, Fault, Response, Simulator
from plugins.hub_peer.simulator_book import Book, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES: Mapping[str, int] = {"unauthenticated": 401, "not_found": 404, "invalid": 422, "database_away": 503}
NDJSON = "application/x-ndjson"


class HubPeerSimulator(Simulator):
    """Knows the client `district`. `/_sim/act`: {"source", "kind", "document"}: what somebody else tells that hub."""

    name: ClassVar[str] = "hub_peer"
    client: ClassVar[str] = "district"
    key: ClassVar[str] = "lt_0123456789_mat-khau-cua-bo-mo-phong"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.book = Book(self.memory)

    def settings(self) -> dict[str, Any]:
        """Settings with which a channel reaches this simulator."""
        return {"url": self.url, "key": self.key, "client": self.client}

    def holdings(self) -> dict[str, Any]:
        return self.book.holdings()

    def act(self, call: Call) -> Response:
        wish = call.json()
        return Response.json(self.book.take(wish["kind"], wish["document"], wish.get("source", "national")))

    def answer(self, call: Call) -> Response:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return _problem("unauthenticated")
        asked = (call.method, call.path)
        if asked == ("POST", "/v1/batch"):
            return self._batch(call)
        if asked == ("GET", "/v1/changes"):
            return Response.json(self.book.changes(call.query.get("after", "0"), int(call.query.get("limit", "100"))))
        if asked == ("GET", "/v1/digests"):
            query = call.query
            parts = self.book.sums(
                query["kind"], query.get("from", ""), query.get("to"), int(query.get("parts", "256"))
            )
            return Response.json({"kind": query["kind"], "agencies": None, "parts": parts})
        if asked == ("GET", "/v1/high-water"):
            epoch = {"id": "first", "number": 1, "restored_at": None}
            told = {"client": self.client, "epoch": epoch, "held": False, "last": None, "resend_from": None}
            return Response.json(told)
        return _problem("not_found")

    def _batch(self, call: Call) -> Response:
        lines = [orjson.loads(line) for line in call.body.splitlines() if line.strip()]
        half = len(lines) // 2 if call.fault is Fault.PARTIAL_BATCH else len(lines)
        results: list[dict[str, Any]] = []
        for number, line in enumerate(lines[:half], start=1):
            if call.fault is Fault.ERROR_IN_200:
                results.append({"line": number, "error": _body("database_away")})
            elif code := wrong(line.get("kind"), line.get("document")):
                results.append({"line": number, "error": _body(code)})
            else:
                results.append({"line": number, **self.book.take(line["kind"], line["document"], self.client)})
        if half < len(lines):
            results.append({"line": half + 1, "ended": True, "error": _body("database_away")})
        if call.fault is Fault.ODD_CODE:
            results = [{**one, "word": call.details.get("code", "taken")} for one in results]
        body = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in results)
        return Response(body, content_type=NDJSON)


def _body(code: str) -> dict[str, Any]:
    return {"type": f"/v1/docs#{code}", "status": CODES[code], "code": code, "title": code}


def _problem(code: str) -> Response:
    return Response.json(_body(code), CODES[code])
