"""A hook is a promise to strangers: written down with its exact signature, and kept by a test."""

from __future__ import annotations

import inspect

import pytest

from hub.sdk import hookspecs
from tests.inspection.tree import TESTS, page, python_files

HOOKS = {name: function for name, function in vars(hookspecs).items() if name.startswith("hub_")}
DOCUMENT = "docs/reference/hooks.md"


def signature(function):
    return f"def {function.__name__}{inspect.signature(function)}".replace("'", "")


def test_there_are_hooks():
    assert len(HOOKS) > 5


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_is_documented_with_its_signature(name):
    assert signature(HOOKS[name]) in page(DOCUMENT), f"write this line into {DOCUMENT}"


def test_the_page_documents_no_hook_that_is_gone():
    documented = {
        line.split("(")[0].removeprefix("def ") for line in page(DOCUMENT).splitlines() if line.startswith("def hub_")
    }

    assert documented == set(HOOKS)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_says_when_it_is_called_and_what_to_return(name):
    words = (HOOKS[name].__doc__ or "").lower()

    assert "return" in words or "none" in words
    assert len(words.split()) > 12


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_is_named_in_a_test(name):
    inspection = TESTS / "inspection"
    tests = [path for path in python_files(TESTS) if not path.is_relative_to(inspection)]

    assert any(name in path.read_text(encoding="utf-8") for path in tests)
