"""Admit: turn what a client or partner sent into messages: checked, normalised, embedded files taken out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.domain import intake
from hub.domain.messages import KEY_OF, Message, message
from hub.domain.problem import Problem
from hub.flows.embedded import take_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.domain.messages import Source


@dataclass(frozen=True, slots=True)
class Admitted:
    """Either a message with its files, or the problems that keep the document out."""

    message: Message | None
    files: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    document: Mapping[str, Any] = field(default_factory=dict)


def admit_document(
    kind: str, raw: Any, source: Source, *, key: str | None = None, if_match: int | None = None
) -> Admitted:
    """Admit a whole document. key: what the address says it is, if it came with one."""
    dated = isinstance(raw, dict) and "modified_at" in raw
    document, problems = intake.admit(kind, raw, speaker=source.name)
    if document is None:
        return Admitted(None, problems=problems)
    if key is not None and document[KEY_OF[kind]] != key:
        return Admitted(None, problems=[_other_key(KEY_OF[kind])])
    files: list[dict[str, Any]] = []
    problems = [*take_files(document, files)]
    if problems:
        return Admitted(None, problems=problems)
    return Admitted(message(kind, document, source, if_match=if_match, dated=dated), files, (), document)


def admit_events(kind: str, key: str, raws: Sequence[Any], source: Source) -> Admitted:
    """Admit events of a record that may not be there yet."""
    events: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    for place, raw in enumerate(raws):
        event, wrong = intake.admit("event" if kind == "dossier" else "postal_event", raw)
        problems.extend(
            Problem(f"/events/{place}{one.pointer}", one.keyword, one.code, one.vi, one.en) for one in wrong
        )
        if event is not None:
            events.append(event)
    if problems:
        return Admitted(None, problems=problems)
    return Admitted(Message(kind, key, source, None, events))


def _other_key(name: str) -> Problem:
    return Problem(
        f"/{name}",
        "key",
        "key_mismatch",
        "Mã trong tài liệu khác với mã trong địa chỉ.",
        "The document bears another key than the address.",
    )
