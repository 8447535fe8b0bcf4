"""Closed sets of words: an operator who reads one can look it up."""

from __future__ import annotations

import json
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages

import pytest

import hub
from hub.store import deliveries
from tests.inspection.tree import ROOT, page

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


def enumerations(node):
    """Every closed list of words in a schema."""
    if isinstance(node, dict):
        return [node.get("enum", []), *(found for value in node.values() for found in enumerations(value))]
    return [found for value in node for found in enumerations(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("telling", ["registered", "ordered"])
def test_the_words_of_the_schemas_stand_in_the_glossary(telling):
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").glob("*/*.json")]
    lists = [words for schema in schemas for words in enumerations(schema) if telling in words]

    assert lists
    assert not [word for words in lists for word in words if f"`{word}`" not in page(GLOSSARY)]


@pytest.mark.parametrize("state", [deliveries.WAITING, deliveries.DELIVERED, deliveries.PARKED])
def test_the_states_of_a_delivery_stand_in_the_glossary(state):
    assert f"`{state}`" in page(GLOSSARY)
