"""How the schemas themselves are written: described twice, closed, bounded, anchored, never fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hub.domain.bundling import FILES, bundle
from hub.domain.personal import personal_pointers
from hub.domain.status import Status

ROOT = Path(__file__).parents[2] / "schemas"
WRITTEN = sorted([*ROOT.glob("*/v*.json"), *ROOT.glob("common/*.json")])


def nodes(node: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of a file with its place, conditions left out (they repeat what stands elsewhere)."""
    if isinstance(node, dict):
        yield at, node
        for key, value in node.items():
            if key in {"properties", "$defs"}:
                for name, entry in value.items():
                    yield from nodes(entry, f"{at}/{key}/{name}")
            elif key == "items":
                yield from nodes(value, f"{at}/items")


EVERY = [(path, at, node) for path in WRITTEN for at, node in nodes(json.loads(path.read_text()))]


def test_every_property_is_described_in_english_and_vietnamese() -> None:
    bare = [
        f"{path.relative_to(ROOT)}{at}"
        for path, at, node in EVERY
        if not at.endswith("/items") and not (node.get("description") and node.get("x-description-vi"))
    ]
    assert bare == []


def test_vietnamese_descriptions_are_vietnamese() -> None:
    plain = [at for _, at, node in EVERY if node.get("x-description-vi", "").isascii() and not at.endswith("/items")]
    assert [at for at in plain if at] == []


def test_every_object_is_closed_except_the_data_of_a_form() -> None:
    open_ones = [
        f"{path.relative_to(ROOT)}{at}"
        for path, at, node in EVERY
        if node.get("type") == "object" and node.get("additionalProperties") is not False
    ]
    assert open_ones == ["dossier/v1.json/properties/form/properties/data"]


def test_everything_is_bounded() -> None:
    need = {"string": "maxLength", "array": "maxItems", "integer": "maximum", "number": "maximum"}
    unbounded = [
        f"{path.relative_to(ROOT)}{at}"
        for path, at, node in EVERY
        if node.get("type") in need and need[node["type"]] not in node
    ]
    assert unbounded == []
    assert [at for _, at, node in EVERY if node.get("type") in {"integer", "number"} and "minimum" not in node] == []


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "pattern" and isinstance(value, str):
                yield value
            else:
                yield from patterns(value)
    elif isinstance(node, list):
        for entry in node:
            yield from patterns(entry)


@pytest.mark.parametrize("pattern", sorted({p for path in WRITTEN for p in patterns(json.loads(path.read_text()))}))
def test_a_pattern_is_anchored_and_means_the_same_in_every_engine(pattern: str) -> None:
    assert pattern.startswith("^")
    assert not re.search(r"\\[dwsDWSbpPAzZ]", pattern), "shorthand classes mean different things in different engines"
    compiled = re.compile(pattern)
    if "\\u000b" not in pattern:  # text of several lines may end with a line break
        assert pattern.endswith("$(?!\\n)")
        for text in ("1\n", "a\n", "H56\n", "2026\n"):
            assert not compiled.search(text)


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_is_a_valid_schema_that_needs_nothing_from_outside(name: str) -> None:
    schema = bundle(name)
    jsonschema_rs.meta.validate(schema)
    assert set(re.findall(r'"\$ref": "([^"]*?)[^"/]*"', json.dumps(schema))) <= {"#/$defs/"}


def test_a_bundle_can_refer_elsewhere() -> None:
    schema = bundle("dossier", reference="#/components/schemas/")
    assert "#/components/schemas/party" in json.dumps(schema)
    assert "#/$defs/" not in json.dumps(schema)


def test_names_of_shared_definitions_are_unique() -> None:
    names: dict[str, Path] = {}
    for path in WRITTEN:
        written = json.loads(path.read_text())
        own = [path.stem] if path.parent.name == "common" and "type" in written else []
        for name in [*written.get("$defs", {}), *own]:
            assert names.setdefault(name, path) == path, name


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_id_of_a_schema_is_where_it_lies(path: Path) -> None:
    assert json.loads(path.read_text())["$id"] == f"https://schemas.lienthong.invalid/{path.relative_to(ROOT)}"


def test_the_status_words_are_those_of_the_one_table() -> None:
    assert bundle("event")["$defs"]["status"]["enum"] == [str(status) for status in Status]


def test_who_a_person_is_and_what_they_wrote_is_marked_personal() -> None:
    marked = personal_pointers("dossier")
    for pointer in ("/applicant/name", "/applicant/identities/*/number", "/submitter/phone", "/applicant/address",
                    "/form/data", "/summary", "/return_to/contact/address", "/papers/*/attachments/*/content"):  # fmt: skip
        assert pointer in marked
    assert "/code" not in marked
    assert "/procedure/name" not in marked
    assert "/legs/return/receiver/phone" in personal_pointers("postal_order")
    assert personal_pointers("procedure") == []
