"""Rules of a document that no JSON Schema can express; run on documents that are valid and normalised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.domain.checks import dossier, postal_order, procedure
from hub.domain.checks.shared import event_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.domain.problem import Problem

Document = dict[str, Any]


def check(kind: str, document: Document) -> list[Problem]:
    """Every broken rule of a valid, normalised document."""
    return [problem for rule in _RULES[kind] for problem in rule(document)]


_RULES: Final[dict[str, tuple[Callable[[Document], Iterator[Problem]], ...]]] = {
    "dossier": dossier.RULES,
    "procedure": procedure.RULES,
    "postal_order": postal_order.RULES,
    "event": (event_in_order,),
    "postal_event": (postal_order.item_code_valid,),
}
