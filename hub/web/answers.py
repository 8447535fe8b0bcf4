"""What a client is told of what it sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.domain.messages import KINDS
from hub.domain.problem import Problem
from hub.flows.accept import Word
from hub.observe import metrics
from hub.web.conditions import etag
from hub.web.refusal import Refusal, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.flows.accept import Accepted


BEHIND: Final = Problem(
    "/modified_at",
    "order",
    "older_than_held",
    "Hub đang giữ bản mới hơn (theo modified_at) của chính hệ thống này, nên nội dung này không thay vào; "
    "nếu đây là bản sửa, hãy gửi lại với modified_at là lúc sửa.",
    "The hub holds a later one of yours (by modified_at), so these fields changed nothing; "
    "if they are a correction, send them with the time of the correction as modified_at.",
)


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
        "warnings": [shown(each) for each in (*warnings, *((BEHIND,) if accepted.behind else ()))],
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
