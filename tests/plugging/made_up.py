"""Made-up plugins, good and bad, written to disk and found by made-up entry points."""

from __future__ import annotations

import sys
import textwrap
from importlib.metadata import EntryPoint
from itertools import count

import pytest

GOOD = """
from hub.sdk import Connector, Pushes, delivered, hookimpl

class Good(Connector, Pushes):
    name = "good"
    title = ("Tốt", "Good")
    settings_schema = {
        "type": "object", "additionalProperties": False, "required": ["url", "password"],
        "properties": {
            "url": {"type": "string", "pattern": "^https?://", "description": "Address", "x-description-vi": "Địa chỉ"},
            "password": {"type": "string", "minLength": 12, "writeOnly": True, "description": "P", "x-description-vi": "M"},
        },
    }
    accepts = ("dossier",)

    def map_out(self, kind, document):
        return dict(document)

    def push(self, batch):
        return [delivered(each) for each in batch]

@hookimpl
def hub_register_connectors(register):
    register(Good)
"""


class Shelf:
    """Puts plugins on disk; `entry(name, source)` gives the entry point that leads there."""

    def __init__(self, directory):
        self.directory = directory
        self.numbers = count()

    def entry(self, name, source=GOOD):
        module = f"made_up_{name}_{next(self.numbers)}"
        (self.directory / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return EntryPoint(name, module, "hub.plugins")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("made_up_"):
            del sys.modules[name]
