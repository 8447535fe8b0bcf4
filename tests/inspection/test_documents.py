"""The documents describe what is: targets, links, words and settings they name exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.inspection.tree import DOCS, ROOT, name, page, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    named = {
        (name(path), word)
        for path in PAGES
        for word in re.findall(r"\bmake ([a-z]+)\b(?=[`\n ]*(?:`|$|#|ONCE|DB))", path.read_text(), re.MULTILINE)
    }

    assert {word for _, word in named} >= {"demo", "test", "check"}
    assert not [(where, word) for where, word in named if word not in targets]


def test_links_inside_the_tree_lead_somewhere():
    broken = [
        f"{name(path)}: {target}"
        for path in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", path.read_text(encoding="utf-8")))
        if "://" not in target and not target.startswith(("#", "mailto:"))
        if not (path.parent / target.split("#")[0]).exists()
    ]

    assert not broken


def test_every_page_of_the_documents_can_be_reached():
    linked = {
        (path.parent / target.split("#")[0]).resolve()
        for path in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    }
    lost = [name(path) for path in PAGES if path.is_relative_to(DOCS) and path.resolve() not in linked]

    assert not lost


def test_both_readmes_name_each_other_and_the_same_commands():
    english, vietnamese = page("README.md"), page("README.vi.md")
    commands = [
        set(re.findall(r"^(?:make|curl|\.venv/bin/hub) .*$", text, re.MULTILINE)) for text in (english, vietnamese)
    ]

    assert "README.vi.md" in english
    assert "README.md" in vietnamese
    assert commands[0] == commands[1]


@pytest.mark.parametrize(
    "script", ["tools/setup.sh", "tools/test.sh", "tools/check.sh", "tools/node_packages.sh", ".ci/run"]
)
def test_programs_of_the_frame_can_be_run(script):
    import os

    assert os.access(ROOT / script, os.X_OK)


def test_the_map_of_the_rooms_is_whole():
    rooms = {path.parent.name for path in (ROOT / "hub").glob("*/__init__.py")}
    drawn = page("docs/onboarding.md")

    assert not {room for room in rooms if f"{room}/" not in drawn}


@pytest.mark.parametrize("document", ["docs/reference/plugins.md", "docs/reference/hooks.md"])
def test_python_examples_use_the_sdk_as_it_is(document):
    import hub.sdk

    blocks = re.findall(r"^```python\n(.*?)^```", page(document), re.MULTILINE | re.DOTALL)
    examples = [ast.parse(block) for block in blocks if not block.startswith("def hub_")]
    taken = {
        alias.name
        for example in examples
        for node in ast.walk(example)
        if isinstance(node, ast.ImportFrom) and node.module == "hub.sdk"
        for alias in node.names
    }

    assert taken
    assert taken <= set(hub.sdk.__all__)


def test_commands_that_are_named_exist():
    from hub.cli import COMMANDS, main

    absent = []
    for path in PAGES:
        for group, word in re.findall(
            r"(?:^|`)hub ([a-z]+)(?: ([a-z]+)\b)?", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            command = main.get_command(None, group) if group in COMMANDS else None
            if command is None or (word and word not in getattr(command, "commands", {word: None})):
                absent.append(f"{name(path)}: hub {group} {word}")

    assert not absent


def test_files_that_are_named_exist():
    pattern = re.compile(r"`((?:hub|plugins|schemas|tests|tools)/[\w./-]+\.(?:py|json|toml|sh))`")
    named = {(name(path), file) for path in PAGES for file in pattern.findall(path.read_text(encoding="utf-8"))}

    assert not [(where, file) for where, file in named if not (ROOT / file).exists()]
