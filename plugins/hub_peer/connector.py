"""Another hub as a partner: told in batches, asked by sums over ranges of keys, its feed brought down."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    CredentialsRefused,
    Garbled,
    Health,
    HealthWord,
    Incoming,
    Item,
    Outcome,
    OutcomeWord,
    Outgoing,
    Page,
    Pulls,
    Pushes,
    Reason,
    Sum,
    Summary,
    Sums,
    deferred,
    delivered,
    portable,
    unknown,
)
from plugins.hub_peer import mapping
from plugins.hub_peer.client import Peer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Tools

PAGE_SIZE = 200


class HubPeer(Connector, Pushes, Sums, Pulls):
    """The hub above, or beside. It merges, so sending again is harmless and order does not matter."""

    name = "hub_peer"
    title = ("Hub khác (cấp trên)", "Another hub (the one above)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        files(__package__).joinpath("settings.schema.json").read_bytes()
    )
    accepts = ("procedure", "dossier")
    emits = ("procedure", "dossier")
    batch_size = 200
    resend = "safe"
    shown_fields = frozenset({"line", "kind", "key", "version", "word", "code", "status"})

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self._peer = Peer(settings, tools)

    def check(self) -> Health:
        """Ask who we are there: address, key and name are tried."""
        try:
            found = self._peer.high_water()
        except CredentialsRefused as problem:
            return Health(HealthWord.MISCONFIGURED, problem.sentence)
        except Garbled as problem:
            return Health(HealthWord.DEGRADED, problem.sentence)
        except ConnectorError as problem:
            return Health(HealthWord.DOWN, problem.sentence)
        if found["client"] != self.settings["client"]:
            return Health(HealthWord.MISCONFIGURED, "The key belongs to a client of another name there.")
        return Health(HealthWord.OK)

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Both kinds, or those of the settings."""
        return kind in self.settings.get("kinds", self.accepts)

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Any:
        """The record without what came from there."""
        return mapping.record_out(document, channel=self.tools.channel, link=self.tools.link)

    def map_in(self, item: Item) -> Sequence[Incoming]:
        """A record that others made there, or others' events of a record of ours."""
        kind, key = str(item.payload["kind"]), str(item.payload["key"])
        body, whole = mapping.record_in(item.payload, client=self.settings["client"], url=self.settings["url"])
        if whole:
            return [Incoming(kind, body)]
        return [Incoming(kind, body, key=key)] if body["events"] and kind == "dossier" else []

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any]:
        """The record as every hub holds it."""
        return portable(outgoing.document)

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish the batch; the other hub tells of each line what became of it."""
        results = self._peer.batch([{"kind": each.kind, "document": each.mapped} for each in batch])
        told = {result["line"]: result for result in results if not result.get("ended")}
        ended = next((result for result in results if result.get("ended")), None)
        return [self._outcome(each, told.get(number), ended) for number, each in enumerate(batch, start=1)]

    def sums(self, kind: str, start: str, end: str | None, parts: int) -> Summary:
        """Ask for the sums over a range of keys."""
        found = self._peer.digests(kind, start, end, parts)
        try:
            told = [Sum(str(one["from"]), int(one["count"]), str(one["digest"])) for one in found["parts"]]
        except (KeyError, TypeError, ValueError):
            raise Garbled("The sums of the other hub cannot be read.") from None
        return Summary(told, found["agencies"])

    def pull(self, cursor: str | None) -> Page:
        """Bring what others changed there; what we told ourselves is not brought back."""
        if not self.settings.get("pull", True):
            return Page([], cursor)
        found = self._peer.changes(cursor or "0", self.settings.get("page_size", PAGE_SIZE))
        items = [
            Item({name: line.get(name) for name in ("kind", "key", "source", "origin", "document")}, id=line["cursor"])
            for line in found["items"]
            if line["source"] != self.settings["client"] and line["kind"] in self.emits
        ]
        return Page(items, found["next"], more=bool(found["more"]))

    @staticmethod
    def _outcome(outgoing: Outgoing, told: Mapping[str, Any] | None, ended: Mapping[str, Any] | None) -> Outcome:
        if told is None and ended is not None:
            word, reason, code = mapping.refusal(ended.get("error") or {})
            if word is OutcomeWord.DEFERRED:
                return deferred(outgoing, reason, detail="The other hub ended the batch before this line.", code=code)
        if told is None:
            return unknown(outgoing, Reason.UNANSWERED, detail="The other hub did not tell of this line.")
        if "error" in told:
            word, reason, code = mapping.refusal(told["error"] if isinstance(told["error"], dict) else {})
            detail = "The other hub did not take this record."
            return Outcome(outgoing.delivery_id, word, reason, code, detail)
        if told.get("word") in mapping.TAKEN and told.get("key") == outgoing.key:
            return delivered(outgoing, reference=str(told.get("version")), code=str(told["word"]))
        code = str(told.get("word"))[:60]
        return unknown(outgoing, Reason.UNKNOWN_CODE, detail="What became of this line is not known.", code=code)
