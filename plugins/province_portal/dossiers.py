"""Dossiers at the portal: the document first, then every step exactly once; and what it holds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Outgoing, delivered
from plugins.province_portal.codes import MAY_LACK, Meaning
from plugins.province_portal.mapping_compare import digest, found_keys, holds
from plugins.province_portal.replies import missing, no_answer, refusal

if TYPE_CHECKING:
    from plugins.province_portal.client import Client


class Dossiers:
    """What is said about one dossier."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def push(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        """The dossier when it changed, then every step the portal does not have."""
        document = outgoing.mapped["document"]
        mark = digest(document)
        if not memo["created"] or memo["digest"] != mark:
            said = self._client.sync_document(document)
            if said.meaning is not Meaning.TAKEN:
                return refusal(outgoing, said, memo)
            memo |= {"created": True, "digest": mark}
        for key, trace in outgoing.mapped["traces"]:
            if key in memo["events"]:
                continue
            said = self._client.add_trace(trace)
            if said.meaning is not Meaning.TAKEN:
                return refusal(outgoing, said, memo)
            memo["events"].append(key)
        return delivered(outgoing, acknowledged=memo)

    def recall(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        document, steps = outgoing.mapped["document"], outgoing.mapped["traces"]
        said = self._client.get_document(document["DocCode"])
        if said.meaning is Meaning.NOT_FOUND:
            return missing(outgoing, {"created": False, "digest": None, "events": []})
        held, traces = said.body.get("Document"), said.body.get("Traces")
        if said.meaning is not Meaning.TAKEN or not isinstance(held, dict) or not isinstance(traces, list):
            return no_answer(outgoing, said)
        memo["created"] = True
        memo["digest"] = digest(document) if holds(held, document, may_lack=MAY_LACK) else None
        memo["events"] = found_keys(steps, traces, memo["events"])
        if memo["digest"] is None or len(memo["events"]) < len(steps):
            return missing(outgoing, memo)
        return delivered(outgoing, acknowledged=memo)
