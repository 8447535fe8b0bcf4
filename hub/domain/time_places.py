"""Where the documents of a kind hold times, read from its schema: so that a walk need not look anywhere else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hub.domain.bundling import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Places = dict[str, Any]  # name of a property → TIME, FREE, or the places inside it (of each entry, for a list)

TIME: Final = "time"
FREE: Final = "free"  # the schema says nothing about what is inside
DEFINITION: Final = "#/$defs/"


@cache
def places(kind: str) -> Places:
    """Return the places of times in a document of the kind; branches without any are left out."""
    schema = bundle(kind)
    return _places(schema, schema["$defs"]) or {}


def _places(node: Schema, definitions: Schema) -> Any:
    """TIME, FREE, or the places below; None when there are none."""
    parts = list(_parts(node, definitions))
    if any(part.get("format") == "date-time" for part in parts):
        return TIME
    properties = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    if not properties and any(part.get("type") == "object" for part in parts):
        return FREE
    below = {name: _places(inner, definitions) for name, inner in properties.items()}
    for part in parts:
        if "items" in part:
            return _places(part["items"], definitions)
    return {name: inner for name, inner in below.items() if inner} or None


def _parts(node: Schema, definitions: Schema) -> Iterator[Schema]:
    """The node, what it refers to, and what it is put together from."""
    yield node
    if reference := node.get("$ref"):
        yield from _parts(definitions[reference.removeprefix(DEFINITION)], definitions)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in node.get(keyword, ()):
            yield from _parts(inner, definitions)
