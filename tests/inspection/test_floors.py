"""Imports only go down; the contracts and their reasons stand in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.inspection.tree import HUB, PLUGINS, ROOT, name, page, parsed, python_files

OURS = {"hub", "plugins", "schemas"}
COMES_WITH = {"werkzeug", "jinja2", "markupsafe", "lxml", "urllib3"}  # the public faces of flask, zeep and requests


def test_the_import_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout[-4000:]


def test_every_contract_tells_its_reason():
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]

    assert all(": " in each["name"] or ", so that" in each["name"] for each in contracts)


def test_what_is_imported_is_declared():
    project = tomllib.loads(page("pyproject.toml"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    declared = {_plain(line) for line in named if isinstance(line, str)}
    belongs_to = packages_distributions()
    undeclared = {
        f"{name(path)}: {package}"
        for path in python_files(HUB, PLUGINS)
        for package in _imported(path) - set(sys.stdlib_module_names) - OURS - COMES_WITH
        if not {_plain(each) for each in belongs_to.get(package, [package])} & declared
    }

    assert undeclared == set()


def _imported(path):
    nodes = list(ast.walk(parsed(path)))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module.split(".")[0]
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def _plain(requirement):
    for sign in "[>=<; ":
        requirement = requirement.split(sign)[0]
    return requirement.strip().lower().replace("_", "-")
