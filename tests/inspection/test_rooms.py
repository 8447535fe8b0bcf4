"""Small rooms: a file is read in one sitting, or it is two files."""

from __future__ import annotations

from tests.inspection.tree import HUB, PLUGINS, ROOT, TESTS, name, parsed, python_files

# The house rule: most files under 120 lines, none over 400.
MOST_LINES = 400
USUAL_LINES = 120
SHARE_ABOVE_USUAL = 0.17  # of the files of hub/ and plugins/, as measured: a ratchet, it only goes down


def _lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_room_is_larger_than_one_sitting():
    too_large = {name(path): _lines(path) for path in python_files(ROOT) if _lines(path) > MOST_LINES}

    assert not too_large


def test_most_rooms_are_small():
    files = python_files(HUB, PLUGINS)
    large = [name(path) for path in files if _lines(path) > USUAL_LINES]

    assert len(large) <= SHARE_ABOVE_USUAL * len(files), large


def test_every_module_says_what_it_is_for():
    silent = [name(path) for path in python_files(HUB, PLUGINS, TESTS) if path.stat().st_size and _docless(path)]

    assert not silent


def test_no_room_is_called_utils():
    vague = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}

    assert not [name(path) for path in python_files(HUB, PLUGINS) if path.name in vague]


def _docless(path):
    import ast

    return ast.get_docstring(parsed(path)) is None
