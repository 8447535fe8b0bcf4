"""Procedures at the portal: published, and believed only when they read back as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Outcome, Outgoing, Reason, delivered, unknown
from plugins.province_portal.codes import Meaning
from plugins.province_portal.mapping_compare import digest, holds
from plugins.province_portal.mapping_procedure import MAY_LACK
from plugins.province_portal.mapping_record import record_in
from plugins.province_portal.replies import missing, no_answer, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugins.province_portal.client import Client


class Procedures:
    """What is said about one procedure."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def push(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        """Send the procedure and read it back: the portal's yes is believed only then."""
        record = outgoing.mapped["record"]
        mark = digest(record)
        if memo["created"] and memo["digest"] == mark:
            return delivered(outgoing, acknowledged=memo)
        said = self._client.sync_procedure(record)
        if said.meaning is not Meaning.TAKEN:
            return refusal(outgoing, said, memo)
        memo |= {"created": True, "digest": None}
        held, no = self._read_back(outgoing)
        if no is not None:
            return no
        if held is None or not holds(held, record):
            detail = "The portal accepted the procedure but does not show it as published."
            return unknown(outgoing, Reason.UNANSWERED, detail=detail, acknowledged=memo)
        return delivered(outgoing, acknowledged=memo | {"digest": mark})

    def recall(self, outgoing: Outgoing, memo: dict[str, Any]) -> Outcome:
        record = outgoing.mapped["record"]
        held, no = self._read_back(outgoing)
        if no is not None:
            return no
        memo["created"] = held is not None
        same = held is not None and holds(held, record, may_lack=MAY_LACK)
        memo["digest"] = digest(record) if same else None
        if memo["digest"] is None:
            return missing(outgoing, memo)
        return delivered(outgoing, acknowledged=memo)

    def _read_back(self, outgoing: Outgoing) -> tuple[Mapping[str, Any] | None, Outcome | None]:
        """Return the record the portal shows (None: none), or the outcome when that cannot be told."""
        said = self._client.get_procedure(outgoing.mapped["record"]["MATTHC"])
        if said.meaning is Meaning.NOT_FOUND:
            return None, None
        if said.meaning is not Meaning.TAKEN:
            return None, no_answer(outgoing, said)
        return record_in(said.message), None
