"""The dossiers that are measured with: those of the demo, each with its own number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from hub.demo.dossiers import cases
from hub.demo.shipped import offered

ENDS = ("finished_at", "returned_at", "refused_at")


def dossiers(number: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Whole dossiers with their events, about three kilobytes each."""
    return [case.whole for case in cases(number, procedures=offered(40), now=datetime.now(UTC), seed=seed)]


def earlier(document: dict[str, Any]) -> dict[str, Any]:
    """The dossier as it stood before its last event."""
    *events, _ = document["events"]
    moment = document["modified_at"]
    told = {name: value for name, value in document.items() if name not in ENDS or value != moment}
    return {**told, "events": events, "modified_at": events[-1]["occurred_at"]}


def line(document: dict[str, Any], kind: str = "dossier") -> bytes:
    """One line of a batch."""
    return orjson.dumps({"kind": kind, "document": document}, option=orjson.OPT_APPEND_NEWLINE)


def procedures() -> bytes:
    """A batch of the procedures that the dossiers are under: a hub knows them before any dossier comes."""
    return b"".join(line(procedure, "procedure") for procedure in offered(40))
