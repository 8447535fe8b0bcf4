"""What the stand-in of another hub keeps: records joined from what clients tell, a feed of changes, sums of prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import digest_of, portable
from hub.sdk.digests import print_of, summed, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk.simulator import Memory

KEYS = {"dossier": "code", "procedure": "code"}


class Book:
    """Joins as a hub does, as far as one publisher and its partners can notice."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def take(self, kind: str, document: Mapping[str, Any], source: str) -> dict[str, Any]:
        """Join a document; return what a hub answers to it."""
        key = document[KEYS[kind]]
        name = f"{kind}/{key}"
        held = self._memory.get("record", name) or {"document": {}, "version": 0, "origin": source}
        body = {field: value for field, value in document.items() if field != "events"}
        events = {event["key"]: event for event in held["document"].get("events", ())}
        for event in document.get("events", ()):
            stamped = {**event, "source": source, "key": f"{source}/{event['id']}" if "id" in event else _mark(event)}
            events.setdefault(stamped["key"], stamped)
        if events:
            body["events"] = sorted(events.values(), key=lambda event: (event["occurred_at"], event["key"]))
        word = "unchanged"
        if body != held["document"]:
            word = "updated" if held["version"] else "created"
            held = {**held, "document": body, "version": held["version"] + 1}
            self._memory.put("record", name, held)
            self._memory.effect("record", name, {"digest": digest_of(body)})
            line = {"kind": kind, "key": key, "source": source, "word": word, "version": held["version"]}
            self._memory.put("feed", f"{self._memory.count('feed') + 1:09}", line)
        return {"kind": kind, "key": key, "version": held["version"], "word": word, "flags": [], "warnings": []}

    def changes(self, after: str, limit: int) -> dict[str, Any]:
        """Return a page of the feed, with the records as they are now."""
        number = f"{int(after.rsplit('-', 1)[-1]):09}"
        lines = self._memory.all("feed", after=number, limit=limit + 1)
        page = list(lines.items())[:limit]
        items = []
        for at, line in page:
            held = self._memory.get("record", f"{line['kind']}/{line['key']}")
            items.append({**line, "cursor": f"0-{int(at)}", "origin": held["origin"], "document": held["document"]})
        last = items[-1]["cursor"] if items else after
        return {"items": items, "next": last, "more": len(lines) > limit}

    def sums(self, kind: str, start: str, stop: str | None, parts: int) -> list[dict[str, Any]]:
        """Return the parts of a range of keys."""
        prints = [
            (name.split("/", 1)[1], print_of(held["document"]))
            for name, held in self._memory.all("record").items()
            if name.startswith(f"{kind}/")
        ]
        chosen = [one for one in prints if one[0] >= start and (stop is None or one[0] < stop)]
        if len(chosen) <= parts:
            return [{"from": key, "count": 1, "digest": written(*mark)} for key, mark in chosen]
        size = -(-len(chosen) // parts)
        cut = [chosen[at : at + size] for at in range(0, len(chosen), size)]
        return [{"from": one[0][0], "count": len(one), "digest": summed(mark for _, mark in one)} for one in cut]

    def holdings(self) -> dict[str, Any]:
        """Every record as every hub holds it."""
        return {name: portable(held["document"]) for name, held in self._memory.all("record").items()}


def wrong(kind: str, document: Any) -> str:
    """Return what a hub would find wrong at first sight, or ""."""
    if not isinstance(document, dict) or kind not in KEYS or not document.get(KEYS[kind]):
        return "invalid"
    needed: Iterable[str] = ("procedure", "agencies", "applicant", "channel") if kind == "dossier" else ("name", "kind")
    return "" if all(name in document for name in needed) else "invalid"


def _mark(event: Mapping[str, Any]) -> str:
    return digest_of(dict(event))[:24]
