"""Validation of documents against the shipped schemas: compiled once, all errors at once, no value in any message.

A valid document costs one call into jsonschema-rs and nothing else; everything below `_explain` runs on errors only,
against the schema as it is written.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from hub.domain.anchoring import plainly_anchored
from hub.domain.bundling import FILES, KINDS, Schema, bundle, examples, load
from hub.domain.problem import Problem, pointer
from hub.domain.sentences import sentence, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KINDS", "MAX_DEPTH", "Problem", "Schema", "bundle", "examples", "load", "pointer", "problem", "validate"]

MAX_DEPTH: Final = 64
"""How deeply a document may be nested (only dossier.form.data is free to nest at all)."""


def validate(kind: str, document: Any) -> list[Problem]:
    """Every error of `document` as a document of `kind`; an empty list when there is none."""
    try:
        if _quick(kind).is_valid(document):
            return []
    except (UnicodeEncodeError, ValueError):  # a lone surrogate, or nested beyond what the validator takes
        pass
    return _explain(kind, document)


def problem(
    keyword: str, path: list[str | int], *, limit: Any = "", code: str = "", vi: str = "", en: str = ""
) -> Problem:
    """One problem whose sentences name the place; the rule's own words are used unless others are given."""
    default_code, default_vi, default_en = sentence(keyword, limit, {}, "")
    where = pointer(path)
    shown = where or "/"
    return Problem(
        where, keyword, code or default_code, f"{shown}: {vi or default_vi}.", f"{shown}: {en or default_en}."
    )


@cache
def _quick(kind: str) -> jsonschema_rs.Validator:
    """Tell whether there is any error."""
    if kind not in FILES:
        raise KeyError(f"no schema for kind {kind!r}; there are: {', '.join(FILES)}")
    return _compiled(plainly_anchored(_schema(kind)))


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    return _compiled(_schema(kind))


def _compiled(schema: Schema) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, validate_formats=True, ignore_unknown_formats=False, offline=True)


@cache
def _schema(kind: str) -> Schema:
    return bundle(kind)


def _explain(kind: str, document: Any) -> list[Problem]:
    """All problems, in document order as the validator finds them, each place and code named once."""
    found: dict[tuple[str, str], Problem] = {}
    clean, early = _without_surrogates(document)
    for error in early:
        found.setdefault((error.pointer, error.code), error)
    if not any(error.code == "too_deep" for error in early):
        schema = _schema(kind)
        for cause in _validator(kind).iter_errors(clean):
            for error in _problems(cause, schema):
                found.setdefault((error.pointer, error.code), error)
    return list(found.values())


def _problems(cause: jsonschema_rs.ValidationError, schema: Schema) -> Iterator[Problem]:
    node: Any = schema
    *steps, _ = cause.schema_path
    for step in steps:
        node = node[step]
    keyword, path = cause.kind.name, list(cause.instance_path)
    node = node if isinstance(node, dict) else {}
    code, vi, en = sentence(keyword, node.get(keyword), node, cause.instance)
    if keyword == "additionalProperties":
        for name in cause.kind.as_dict()["unexpected"]:
            near_vi, near_en = suggestion(name, list(node.get("properties", {})))
            yield problem(keyword, [*path, name], code=code, vi=vi + near_vi, en=en + near_en)
    elif keyword == "required":
        yield problem(keyword, [*path, cause.kind.as_dict()["property"]], code=code, vi=vi, en=en)
    else:
        yield problem(keyword, path, code=code, vi=vi, en=en)


def _without_surrogates(document: Any) -> tuple[Any, list[Problem]]:
    """A copy that can be encoded, and a problem for each place that could not (or lies too deep)."""
    problems: list[Problem] = []

    def clean(value: Any, path: list[str | int]) -> Any:
        if len(path) > MAX_DEPTH:
            problems.append(problem("depth", path[:MAX_DEPTH], limit=MAX_DEPTH))
            return None
        if isinstance(value, str):
            return text(value, path)
        if isinstance(value, dict):
            return {text(str(name), [*path, name]): clean(entry, [*path, name]) for name, entry in value.items()}
        if isinstance(value, list):
            return [clean(entry, [*path, index]) for index, entry in enumerate(value)]
        return value

    def text(value: str, path: list[str | int]) -> str:
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:
            problems.append(problem("surrogate", path))
            return value.encode("utf-8", "replace").decode()
        return value

    return clean(document, []), problems
