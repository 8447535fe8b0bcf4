"""Every shipped example is right, or wrong in exactly the way it says, by the hub and by two validators."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from hub.domain.intake import admit
from hub.domain.normalise import normalise
from hub.domain.personal import personal_pointers
from hub.domain.schemas import KINDS, bundle, examples

ROOT = Path(__file__).parents[2] / "schemas"
VALID = sorted(ROOT.glob("*/examples/valid/*.json"))
INVALID = sorted(ROOT.glob("*/examples/invalid/*.json"))
IN_CODE = frozenset({"order", "reference", "unique", "s10", "surrogate", "contentEncoding"})
FORMATS = jsonschema.FormatChecker(formats=["date", "date-time"])


def named(path: Path) -> str:
    return f"{path.parents[2].name}-{path.stem}"


def kind_of(path: Path) -> str:
    return path.parents[2].name


@pytest.mark.parametrize("path", VALID, ids=named)
def test_a_valid_example_is_admitted_and_stays_valid_once_normalised(path: Path) -> None:
    document, problems = admit(kind_of(path), json.loads(path.read_text()))
    assert problems == []
    again, problems = admit(kind_of(path), document)
    assert problems == []
    assert again == document


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_an_invalid_example_gives_the_one_error_it_names(path: Path) -> None:
    example = json.loads(path.read_text())
    document, problems = admit(kind_of(path), example["document"])
    assert document is None
    assert {(problem.pointer, problem.keyword) for problem in problems} == {
        (example["error"]["pointer"], example["error"]["keyword"])
    }


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_no_message_of_an_invalid_example_repeats_a_personal_value(path: Path) -> None:
    example = json.loads(path.read_text())
    _, problems = admit(kind_of(path), example["document"])
    personal = tuple(personal_pointers(kind_of(path)))
    for problem in problems:
        if not re.sub("/[0-9]+(?=/|$)", "/*", problem.pointer).startswith(personal):
            continue
        value = example["document"]
        for part in problem.pointer.split("/")[1:]:
            value = (
                value[int(part)] if isinstance(value, list) else value.get(part) if isinstance(value, dict) else None
            )
        if isinstance(value, str) and len(value) > 3:
            assert value.strip() not in problem.en
            assert value.strip() not in problem.vi


@pytest.mark.parametrize("path", [*VALID, *INVALID], ids=lambda path: f"{path.parent.name}-{named(path)}")
def test_python_jsonschema_and_jsonschema_rs_find_the_same_errors(path: Path) -> None:
    example = json.loads(path.read_text())
    document = example["document"] if path.parent.name == "invalid" else example
    if path.parent.name == "invalid" and example["error"]["keyword"] == "surrogate":
        pytest.skip("jsonschema-rs cannot take a lone surrogate; the hub finds it before")
    schema = bundle(kind_of(path))
    compiled = jsonschema_rs.validator_for(schema, validate_formats=True)
    ours = {(tuple(error.instance_path), error.kind.name) for error in compiled.iter_errors(document)}
    reference = jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    theirs = {(tuple(error.absolute_path), str(error.validator)) for error in reference.iter_errors(document)}
    assert {where for where, _ in ours} == {where for where, _ in theirs}
    assert bool(ours) == (path.parent.name == "invalid" and not _only_in_code(example))


def _only_in_code(example: dict[str, Any]) -> bool:
    return example["error"]["keyword"] in IN_CODE or example["error"]["pointer"] == "/return_to"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_at_least_five_valid_and_ten_invalid_examples(kind: str) -> None:
    assert len(examples(kind)) >= 5
    assert len([path for path in INVALID if kind_of(path) == kind]) >= 10


@pytest.mark.parametrize("path", VALID, ids=named)
def test_a_normalised_example_is_returned_unchanged_and_the_given_one_is_never_altered(path: Path) -> None:
    given = json.loads(path.read_text())
    before = json.dumps(given)
    normal, _ = normalise(kind_of(path), given)
    assert json.dumps(given) == before
    assert normalise(kind_of(path), normal) == (normal, [])
