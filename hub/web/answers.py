"""What a client is told of what it sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.messages import KINDS
from hub.flows.accept import Word
from hub.observe import metrics
from hub.web.conditions import etag
from hub.web.refusal import Refusal, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.domain.problem import Problem
    from hub.flows.accept import Accepted


def answer(accepted: Accepted, warnings: Sequence[Problem]) -> dict[str, Any]:
    """Express what became of a message."""
    held = accepted.document
    return {
        "kind": accepted.kind,
        "key": accepted.key,
        "version": accepted.version,
        "word": accepted.word.value,
        "status": held.get("status") or held.get("state"),
        "flags": held.get("flags", []),
        "warnings": [shown(each) for each in warnings],
    }


def refusal_after(accepted: Accepted) -> Refusal | None:
    """Return the refusal that only the transaction could tell."""
    if accepted.word is not Word.PRECONDITION_FAILED:
        return None
    headers = {"ETag": etag(accepted.version)} if accepted.version else {}
    return Refusal("precondition_failed", headers=headers, version=accepted.version)


def count_refused(kind: str) -> None:
    """Count a document that was not taken in."""
    metrics().accepted_total.labels(kind if kind in KINDS else "other", "refused").inc()
