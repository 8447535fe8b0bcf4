"""The tree names no machine it was written on and no place packages were fetched from."""

from __future__ import annotations

import re

from tests.inspection.tree import name, tracked

MACHINE = re.compile(r"(?<![\w.\-/}])/(?:home|root|Users|work|workspace)/[\w.]")
REGISTRY = re.compile(
    r"registry\.npmjs|pypi\.(?:org|io)|pythonhosted|crates\.io|(?:extra-)?index-url|find-links|\"resolved\"\s*:|npm_config_registry",
    re.IGNORECASE,
)
BINARY = {".png", ".woff2", ".ico", ".db", ".gz"}


def _found(pattern):
    texts = [(path, path.read_text(encoding="utf-8")) for path in tracked() if path.suffix not in BINARY]
    return [
        f"{name(path)}:{text[: hit.start()].count(chr(10)) + 1}: {hit.group()}"
        for path, text in texts
        if path.name != "test_traces.py"
        for hit in pattern.finditer(text)
    ]


def test_no_path_of_somebodys_machine():
    assert _found(MACHINE) == []


def test_no_address_of_a_package_registry():
    assert _found(REGISTRY) == []


def test_every_text_is_utf8_with_plain_line_ends():
    for path in tracked():
        if path.suffix not in BINARY:
            assert b"\r\n" not in path.read_bytes(), name(path)
