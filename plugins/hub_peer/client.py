"""The wire of another hub: its public API and nothing else; statuses become errors here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import CredentialsRefused, Garbled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Answer, Tools

NDJSON = "application/x-ndjson"
OK, UNAUTHORISED, FORBIDDEN = 200, 401, 403


class Peer:
    """Speaks to one hub; safe for many threads."""

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        self._url, self._key, self._http = settings["url"], settings["key"], tools.http

    def batch(self, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Publish the lines; return the result lines that came. What is missing or unreadable is left out."""
        body = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
        answer = self._call("POST", "/v1/batch", body=body, headers={"Content-Type": NDJSON})
        results = []
        for line in answer.content.splitlines():
            try:
                result = orjson.loads(line)
            except orjson.JSONDecodeError:
                break
            if not isinstance(result, dict) or not isinstance(result.get("line"), int):
                break
            results.append(result)
        if not results:
            raise Garbled("The batch was answered without any readable result.", code=str(answer.status))
        return results

    def changes(self, after: str, limit: int) -> dict[str, Any]:
        """Return the page of the feed after a cursor."""
        given = {"after": after, "limit": str(limit)}
        return self._object(self._call("GET", "/v1/changes", parameters=given), "items", "next", "more")

    def digests(self, kind: str, start: str, end: str | None, parts: int) -> dict[str, Any]:
        """Return the sums over a range of keys."""
        given = {"kind": kind, "from": start, "parts": str(parts), **({} if end is None else {"to": end})}
        return self._object(self._call("GET", "/v1/digests", parameters=given), "parts", "agencies")

    def high_water(self) -> dict[str, Any]:
        """Return who we are there, and its epoch."""
        return self._object(self._call("GET", "/v1/high-water"), "client", "epoch")

    def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        sent = {"Authorization": f"Bearer {self._key}", **(headers or {})}
        answer = self._http.request(method, f"{self._url}{path}", headers=sent, **options)
        if answer.status in {UNAUTHORISED, FORBIDDEN}:
            raise CredentialsRefused("The other hub refuses our key for this.", code=str(answer.status))
        if answer.status != OK:
            raise Garbled(f"The other hub answered {answer.status}.", code=str(answer.status))
        return answer

    @staticmethod
    def _object(answer: Answer, *names: str) -> dict[str, Any]:
        found = answer.json()
        if not isinstance(found, dict) or not set(names) <= set(found):
            raise Garbled("The other hub's answer lacks a part.", code=str(answer.status))
        return found
