"""The shipped schemas as Python objects: one file as written, or one kind as a single self-contained schema."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

KINDS: Final = ("dossier", "procedure", "postal_order")
"""The kinds of records that have a schema."""

FILES: Final = {
    "dossier": "dossier/v1.json",
    "procedure": "procedure/v1.json",
    "postal_order": "postal_order/v1.json",
    "event": "common/event.json",
    "postal_event": "common/postal_event.json",
}
"""Names that can be bundled and validated: the kinds, and one event alone of a dossier or of a postal order."""

Schema = dict[str, Any]


def load(name: str) -> Schema:
    """One schema file as written: `dossier`, `postal_event`, or a path such as `common/party.json`."""
    path = FILES.get(name, name)
    schema: Schema = orjson.loads(_text(path))
    return schema


def bundle(kind: str, *, reference: str = "#/$defs/") -> Schema:
    """One self-contained schema for a kind: every `$ref` leads into its own `$defs` (or to where `reference` says)."""
    definitions: Schema = {}
    root = _inline(load(kind), FILES[kind], reference, definitions)
    return {**root, "$defs": dict(sorted(definitions.items()))}


def examples(kind: str) -> dict[str, Any]:
    """The shipped valid documents of a kind, by name."""
    folder = files("schemas").joinpath(FILES[kind].rpartition("/")[0], "examples", "valid")
    return {
        entry.name.removesuffix(".json"): orjson.loads(entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
    }


@cache
def _text(path: str) -> bytes:
    return files("schemas").joinpath(path).read_bytes()


def _inline(node: Any, path: str, reference: str, definitions: Schema) -> Any:
    """Copy a schema node of file `path`; what it refers to is put into `definitions` under a plain name."""
    if isinstance(node, list):
        return [_inline(entry, path, reference, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _inline(value, path, reference, definitions) for key, value in node.items() if key != "$defs"}
    target = copy.get("$ref")
    if isinstance(target, str):
        copy["$ref"] = reference + _define(target, path, reference, definitions)
    return copy


def _define(target: str, path: str, reference: str, definitions: Schema) -> str:
    """Bring what `target` means in file `path` into `definitions`; answers its name there."""
    file_name, _, fragment = target.partition("#")
    home = _resolve(path, file_name) if file_name else path
    name = fragment.rpartition("/")[2] or home.rpartition("/")[2].removesuffix(".json")
    if name not in definitions:
        definitions[name] = {}  # stands while what it refers to is brought in
        schema = load(home)
        node = schema["$defs"][name] if fragment else {k: v for k, v in schema.items() if k not in _FILE_KEYS}
        definitions[name] = _inline(node, home, reference, definitions)
    return name


_FILE_KEYS: Final = frozenset({"$schema", "$id", "$defs"})


def _resolve(path: str, file_name: str) -> str:
    parts = path.split("/")[:-1]
    for part in file_name.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
