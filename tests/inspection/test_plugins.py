"""Every plugin is the same house: who knows one finds the way in all."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from importlib.metadata import entry_points

import pytest

from tests.inspection.tree import PLUGINS, TESTS, name, page, parsed, python_files

FOLDERS = sorted(path.parent for path in PLUGINS.glob("*/__init__.py"))
ROOMS = {
    "__init__.py",
    "connector.py",
    "client.py",
    "mapping.py",
    "simulator.py",
    "settings.schema.json",
    "README.md",
    "quality.toml",
}
STATES = {"done", "todo", "exempt"}

each_plugin = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def test_the_shipped_plugins_are_the_declared_ones():
    declared = tomllib.loads(page("pyproject.toml"))["project"]["entry-points"]["hub.plugins"]

    assert {folder.name for folder in FOLDERS} == set(declared)
    assert declared.items() <= {(each.name, each.value) for each in entry_points(group="hub.plugins")}


@each_plugin
def test_every_plugin_has_the_same_rooms(folder):
    missing = sorted(room for room in ROOMS if not (folder / room).is_file())

    assert not missing


@each_plugin
def test_every_plugin_has_tests(folder):
    assert list((TESTS / "plugins" / folder.name).glob("test_*.py"))


@each_plugin
def test_the_door_has_hook_implementations_only(folder):
    functions = [
        node for node in parsed(folder / "__init__.py").body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]

    assert functions
    assert all(node.name.startswith("hub_") for node in functions)


@each_plugin
def test_settings_are_described_and_closed(folder):
    schema = json.loads((folder / "settings.schema.json").read_text(encoding="utf-8"))
    undescribed = [
        key
        for key, value in schema["properties"].items()
        if not (value.get("description") and value.get("x-description-vi"))
    ]

    assert schema["additionalProperties"] is False
    assert not undescribed


@each_plugin
def test_quality_is_told_with_reasons(folder):
    rules = tomllib.loads((folder / "quality.toml").read_text(encoding="utf-8"))["rules"]
    unexplained = [
        rule
        for rule, entry in rules.items()
        if entry["state"] not in STATES or (entry["state"] != "done" and not entry["why"])
    ]

    assert not unexplained


@each_plugin
def test_every_plugin_answers_the_same_quality_rules(folder):
    asked = set(re.findall(r"^\| `(\w+)` \|", page("docs/reference/plugins.md"), re.MULTILINE))

    assert set(tomllib.loads((folder / "quality.toml").read_text(encoding="utf-8"))["rules"]) == asked


def test_mappings_are_pure():
    impure = {"requests", "zeep", "time", "random", "os", "socket", "sqlite3", "subprocess"}
    found = [
        f"{name(path)}: {alias}"
        for path in python_files(PLUGINS)
        if "mapping" in path.name
        for node in ast.walk(parsed(path))
        for alias in _imported(node)
        if alias in impure
    ]

    assert not found


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) and node.module else []


@each_plugin
def test_every_guess_stands_on_the_page_of_its_partner(folder):
    guesses = page(f"docs/assumptions.d/{folder.name}.md")

    assert len(re.findall(r"^\|", guesses, re.MULTILINE)) > 2
    assert f"(assumptions.d/{folder.name}.md)" in page("docs/assumptions.md")
