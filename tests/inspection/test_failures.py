"""docs/failures.md is whole: forty numbers, each with tests that exist or the reason why it cannot apply."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.inspection.tree import HUB, ROOT, TESTS, name, page, parsed, python_files

PAGE = "docs/failures.md"
NUMBERS = {f"F{number:02}" for number in range(1, 41)}
CANNOT = "Cannot apply: "
SHORTEST_REASON = 20  # characters


def entries() -> list[tuple[str, str]]:
    """Every number with all that is said under it, in the order of the page."""
    parts = re.split(r"^- \*\*(F\d\d)\*\* ", page(PAGE), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def named(said: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py::\w+)`", said)


def numbers_of(test: str) -> set[str]:
    """The numbers a test carries: `test_f19_f20_…` has two."""
    head = re.match(r"test((?:_f\d\d)+)_", test)
    return {word.upper() for word in head[1].split("_") if word} if head else set()


def all_tests() -> dict[str, set[str]]:
    """path::name → its numbers, of all tests, those of the contract of connectors among them."""
    return {
        f"{name(path)}::{node.name}": numbers_of(node.name)
        for path in python_files(TESTS, HUB / "testing")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_each_of_the_forty_stands_there_once():
    numbers = [number for number, _ in entries()]

    assert len(numbers) == len(set(numbers))
    assert set(numbers) == NUMBERS


def test_every_test_that_is_named_exists_and_carries_the_number():
    there = all_tests()
    wrong = [
        f"{number}: {test}" for number, said in entries() for test in named(said) if number not in there.get(test, ())
    ]

    assert not wrong


def test_every_numbered_test_is_named_under_each_of_its_numbers():
    told = {(number, test) for number, said in entries() for test in named(said)}
    missing = [(number, test) for test, numbers in all_tests().items() for number in numbers]

    assert len(missing) > len(NUMBERS)
    assert not sorted(set(missing) - told)


def test_a_number_without_test_says_why_it_cannot_apply():
    silent = []
    for number, said in entries():
        assert "*Here:* " in said, number
        reason = said.partition(CANNOT)[2].strip()
        if not named(said) and len(reason) < SHORTEST_REASON:
            silent.append(number)
        assert not (named(said) and reason), f"{number} has tests and says that it cannot apply"

    assert not silent


def test_no_numbered_test_is_skipped_for_good():
    """A test that never runs shows nothing; what a machine lacks may skip it, a bare mark may not."""
    skipped = [
        f"{name(path)}::{node.name}"
        for path in python_files(TESTS, HUB / "testing")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and numbers_of(node.name)
        if any(ast.unparse(each).startswith(("pytest.mark.skip(", "pytest.mark.xfail")) for each in node.decorator_list)
    ]

    assert not skipped


def test_the_list_stands_in_this_tree_alone():
    outside = [target for target in re.findall(r"\]\(([^)\s]+)\)", page(PAGE)) if "://" not in target]

    assert outside
    assert all((ROOT / "docs" / target).resolve().is_relative_to(Path(ROOT)) for target in outside)
