"""Every setting is declared once, in two languages, and the reference page is made from it."""

from __future__ import annotations

import re

import pytest

from hub import config
from tests.inspection.tree import HUB, PLUGINS, calls, name, page, python_files

DOCUMENTED_ELSEWHERE = {"HUB_CONFIG"}


def test_the_reference_page_is_the_declared_one():
    assert page("docs/reference/settings.md") == config.reference_page(), (
        "python -m hub.config > docs/reference/settings.md"
    )


@pytest.mark.parametrize("setting", sorted(config.DECLARATIONS))
def test_every_setting_is_told_in_two_languages(setting):
    declaration = config.DECLARATIONS[setting]

    assert declaration.english
    assert declaration.vietnamese
    assert f"`{declaration.variable}`" in page("docs/reference/settings.md")


def test_only_the_settings_room_reads_the_environment():
    allowed = [HUB / each for each in ("config", "observe", "crash.py", "testing", "cli")]
    rooms = [path for path in python_files(HUB, PLUGINS) if not any(path.is_relative_to(each) for each in allowed)]
    readers = [
        f"{name(path)}:{line}"
        for path in rooms
        for line, called, _ in calls(path)
        if called in {"os.getenv", "os.environ.get"}
    ]

    assert not readers


def test_no_document_names_a_setting_that_does_not_exist():
    known = {each.variable for each in config.DECLARATIONS.values()} | DOCUMENTED_ELSEWHERE
    documents = ("README.md", "README.vi.md", "SECURITY.md", "docs/reference/operations.md", "docs/reference/hooks.md")
    named = {(document, word) for document in documents for word in re.findall(r"\bHUB_[A-Z_]*[A-Z]\b", page(document))}

    assert not [(document, word) for document, word in named if word not in known]
