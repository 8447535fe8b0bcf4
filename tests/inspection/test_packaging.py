"""What is installed is what was tested: data files travel along, and every version is pinned."""

from __future__ import annotations

import re
import tomllib

from tests.inspection.tree import HUB, PLUGINS, ROOT, name, page, tracked

PROJECT = tomllib.loads(page("pyproject.toml"))
PINS = [line for line in page("constraints.txt").splitlines() if line and not line.startswith("#")]


def test_every_data_file_travels_with_the_package():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    suffixes = {"." + pattern.rsplit(".", 1)[1] for pattern in patterns if "." in pattern} | {".py", ".typed"}
    left_behind = [
        name(path)
        for path in tracked()
        if any(path.is_relative_to(folder) for folder in (HUB, PLUGINS, ROOT / "schemas"))
        if path.suffix not in suffixes
    ]

    assert not left_behind


def test_pins_are_names_and_versions_only():
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)] == []


def test_everything_declared_is_pinned():
    groups = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["test"],
        *PROJECT["dependency-groups"]["check"],
    ]
    wanted = {re.split(r"[\[<>=; ]", line)[0].lower() for line in groups}
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in PINS}

    assert wanted <= pinned


def test_the_package_says_its_version_once_and_the_changelog_tells_of_it():
    assert f"## [{PROJECT['project']['version']}]" in page("CHANGELOG.md")
