"""What the house rules look at: the tracked files, read and parsed once."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
PLUGINS = ROOT / "plugins"
TESTS = ROOT / "tests"
DOCS = ROOT / "docs"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project; new ones count before they are committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*folders: Path) -> list[Path]:
    """The tracked Python files below these folders."""
    return [path for path in tracked() if path.suffix == ".py" and any(path.is_relative_to(each) for each in folders)]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """A path as it is spoken of: from the root of the tree."""
    return str(path.relative_to(ROOT))


def calls(path: Path) -> list[tuple[int, str, ast.Call]]:
    """Every call in a file: line, dotted name of what is called, node."""
    nodes = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    return [(node.lineno, ast.unparse(node.func), node) for node in nodes]


def page(relative: str) -> str:
    return (ROOT / relative).read_text(encoding="utf-8")
