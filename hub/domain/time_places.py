"""Where the documents of a kind hold times, read from its schema: so that a walk need not look anywhere else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hub.domain.bundling import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Places = dict[str, Any]  # name of a property → DONE, DUE, FREE, or the places inside it (of each entry, for a list)

DONE: Final = "done"
DUE: Final = "due"
FREE: Final = "free"  # the schema says nothing about what is inside
DEFINITION: Final = "#/$defs/"

DONE_NAMES: Final = frozenset({
    "filed_at", "received_at", "finished_at", "returned_at", "refused_at", "paid_at", "requested_at", "cancelled_at",
    "modified_at", "occurred_at", "started_at",
})  # fmt: skip
DUE_NAMES: Final = frozenset({"due_at", "due_before", "due_after"})
"""Times of promise: normalised, but they say nothing about when the document was last changed."""


@cache
def places(kind: str) -> Places:
    """Return the places of times in a document of the kind; branches without any are left out."""
    schema = bundle(kind)
    return _places(schema, schema["$defs"], "") or {}


def _places(node: Schema, definitions: Schema, name: str) -> Any:
    """DONE, DUE, FREE, or the places below; None when there are none. Other times are the hub's own."""
    parts = list(_parts(node, definitions))
    if any(part.get("format") == "date-time" for part in parts):
        return DONE if name in DONE_NAMES else DUE if name in DUE_NAMES else None
    properties = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    if not properties and any(part.get("type") == "object" for part in parts):
        return FREE
    below = {name: _places(inner, definitions, name) for name, inner in properties.items()}
    for part in parts:
        if "items" in part:
            return _places(part["items"], definitions, name)
    return {name: inner for name, inner in below.items() if inner} or None


def _parts(node: Schema, definitions: Schema) -> Iterator[Schema]:
    """The node, what it refers to, and what it is put together from."""
    yield node
    if reference := node.get("$ref"):
        yield from _parts(definitions[reference.removeprefix(DEFINITION)], definitions)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in node.get(keyword, ()):
            yield from _parts(inner, definitions)
