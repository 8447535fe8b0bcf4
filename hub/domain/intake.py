"""The one door for documents: validate as given, bring into the kept form, check what no schema can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.domain.checks import check
from hub.domain.normalise import normalise
from hub.domain.schemas import validate

if TYPE_CHECKING:
    from hub.domain.problem import Problem

Document = dict[str, Any]


def admit(kind: str, raw: Any, *, speaker: str | None = None) -> tuple[Document | None, list[Problem]]:
    """The normalised document and no problem, or None and every problem found at the first stage that found one.

    `speaker`: the name the sender's events are stamped with, so that another's events it only echoes are dropped.
    """
    if problems := validate(kind, raw):
        return None, problems
    document, problems = normalise(kind, raw, speaker=speaker)
    problems += check(kind, document)
    return (None, problems) if problems else (document, [])


def admit_event(raw: Any) -> tuple[Document | None, list[Problem]]:
    """The same for one event of a dossier."""
    return admit("event", raw)
