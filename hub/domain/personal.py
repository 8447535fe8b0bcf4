"""Personal data: which properties hold it (`x-personal` in the schemas), and how a document looks without.

Masking fails closed: what the schema does not know is masked too, so an unchecked document may be masked and logged.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from hub.domain.schemas import Schema, bundle

MASK: Final = "[ẩn]"
"""What stands in place of a personal value."""

_HIDDEN: Final = "hidden"
_SHOWN: Final = "shown"
# What a place holds: hidden whole, shown whole, a mapping by property name, or a list of one plan.
Plan = str | dict[str, "Plan"] | list["Plan"]


def mask(kind: str, document: Any) -> Any:
    """A copy of a document (or of an `event`) with every personal and every unknown value replaced."""
    return _masked(document, _plan(kind))


def personal_pointers(kind: str) -> list[str]:
    """Where personal data stands in documents of a kind: JSON Pointers, `*` for any index."""
    return _pointers(_plan(kind), "")


@cache
def _plan(kind: str) -> Plan:
    schema = bundle(kind)
    return _read(schema, schema["$defs"])


def _read(node: Schema, definitions: Schema) -> Plan:
    if node.get("x-personal"):
        return _HIDDEN
    if reference := node.get("$ref"):
        return _read(definitions[reference.rpartition("/")[2]], definitions)
    if "properties" in node:
        return {name: _read(entry, definitions) for name, entry in node["properties"].items()}
    if "items" in node:
        return [_read(node["items"], definitions)]
    return _SHOWN if node.get("type") != "object" else _HIDDEN


def _masked(value: Any, plan: Plan) -> Any:
    if isinstance(plan, dict) and isinstance(value, dict):
        return {name: _masked(entry, plan.get(name, _HIDDEN)) for name, entry in value.items()}
    if isinstance(plan, list) and isinstance(value, list):
        return [_masked(entry, plan[0]) for entry in value]
    return value if plan == _SHOWN and not isinstance(value, (dict, list)) else MASK


def _pointers(plan: Plan, at: str) -> list[str]:
    if isinstance(plan, dict):
        return [found for name, entry in plan.items() for found in _pointers(entry, f"{at}/{name}")]
    if isinstance(plan, list):
        return _pointers(plan[0], f"{at}/*")
    return [at] if plan == _HIDDEN else []
