"""What the contract knows about documents: whether the hub would take them, and what in them is personal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.domain.intake import admit
from hub.domain.personal import mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.sdk import Incoming

SHORTEST = 6  # characters of a personal value that can be told from chance


def refusals(incoming: Incoming) -> list[str]:
    """Say why the hub would refuse what a connector mapped in; nothing when it would take it."""
    body = orjson.loads(orjson.dumps(incoming.body))
    if incoming.key is None:
        return [each.en for each in admit(incoming.kind, body)[1]]
    assert set(body) == {"events"}, "with a key, the body holds events and nothing else"
    kind = "event" if incoming.kind == "dossier" else None
    return [each.en for event in body["events"] if kind for each in admit(kind, event)[1]]


def personal_values(kind: str, document: Any) -> set[str]:
    """Return the personal texts of a document, long enough to be found by chance nowhere else."""
    return {each for each in _differences(document, mask(kind, document)) if len(each) >= SHORTEST}


def _differences(value: Any, masked: Any) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(masked, dict):
        for name, inner in value.items():
            yield from _differences(inner, masked[name])
    elif isinstance(value, list) and isinstance(masked, list):
        for inner, other in zip(value, masked, strict=True):
            yield from _differences(inner, other)
    elif value != masked:
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
