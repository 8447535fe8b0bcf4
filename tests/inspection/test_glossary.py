"""Closed sets of words: an operator who reads one can look it up."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from pkgutil import walk_packages

import pytest

import hub
from tests.inspection.tree import page

GLOSSARY = "docs/glossary.md"
SKIPPED = ("hub.store.migrations",)


def vocabularies():
    """Every enumeration of words the hub keeps, shows or answers."""
    names = [each.name for each in walk_packages(hub.__path__, "hub.") if not each.name.startswith(SKIPPED)]
    modules = [import_module(each) for each in names if not each.endswith("__main__")]
    return {
        f"{thing.__module__}.{thing.__name__}": thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, str)
        and issubclass(thing, Enum)
        and thing.__module__.startswith("hub.")
    }


VOCABULARIES = vocabularies()


def test_the_outcomes_are_four():
    assert [word.value for word in VOCABULARIES["hub.sdk.outcomes.OutcomeWord"]] == [
        "delivered",
        "rejected",
        "deferred",
        "unknown",
    ]


@pytest.mark.parametrize("vocabulary", sorted(VOCABULARIES))
def test_every_word_of_a_closed_set_stands_in_the_glossary(vocabulary):
    text = page(GLOSSARY)
    missing = [word.value for word in VOCABULARIES[vocabulary] if f"`{word.value}`" not in text]

    assert not missing, f"{GLOSSARY} lacks words of {vocabulary}"
