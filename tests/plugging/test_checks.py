"""Every mistake a plugin author can make has its own sentence, and nothing of a refused plugin stays."""

from __future__ import annotations

import pytest

from hub.plugging.errors import PluginError
from hub.plugging.manager import Plugins, load
from tests.plugging.made_up import GOOD

IMPORTS = "from hub.sdk import Connector, Pulls, Pushes, Recalls, hookimpl, delivered\n"

DEFECTS = {
    "an unknown hook": ("@hookimpl\ndef hub_pusch(connector, batch): ...", "hub_pusch"),
    "an unmarked hook": ("def hub_push(connector, batch): ...", "hub_push is not marked with @hookimpl"),
    "a default argument": (
        "@hookimpl\ndef hub_push(connector, batch=()): ...",
        "batch of hub_push has a default value",
    ),
    "a specname": ("@hookimpl(specname='hub_push')\ndef mine(connector, batch): ...", "mine uses specname"),
    "an unknown argument": ("@hookimpl\ndef hub_push(channel): ...", "channel"),
    "an old-style wrapper": ("@hookimpl(hookwrapper=True)\ndef hub_push(batch):\n    yield", "old-style hookwrapper"),
    "a failing registration": ("@hookimpl\ndef hub_register_connectors(register):\n    1 / 0", "ZeroDivisionError"),
    "an exit": ("@hookimpl\ndef hub_register_connectors(register):\n    raise SystemExit", "SystemExit"),
    "no connector": ("@hookimpl\ndef hub_register_connectors(register):\n    register(dict)", "not a subclass"),
}
REPLACED = {
    "a missing name": ('name = "good"', "", "lacks the attribute name"),
    "a wrong name": ('name = "good"', 'name = "Good One"', "Good.name must match"),
    "a missing title": ('title = ("Tốt", "Good")', "", "lacks the attribute title"),
    "one title": ('title = ("Tốt", "Good")', 'title = "Good"', "Good.title must be a pair"),
    "a bad schema": ('"type": "object", ', '"type": "objekt", ', "not a valid JSON Schema"),
    "an open schema": ('"additionalProperties": False, ', "", "additionalProperties false"),
    "an undescribed setting": ('"description": "Address", ', "", "the setting url lacks description"),
    "a setting in one language": ('"x-description-vi": "Địa chỉ"', "", "the setting url lacks x-description-vi"),
    "accepts without Pushes": ("class Good(Connector, Pushes)", "class Good(Connector)", "accepts and the ability Pushes"),
    "Pushes without accepts": ('accepts = ("dossier",)', "accepts = ()", "accepts and the ability Pushes"),
    "accepts as text": ('accepts = ("dossier",)', 'accepts = "dossier"', "Good.accepts must be a tuple"),
    "accepts a kind there is not": ('accepts = ("dossier",)', 'accepts = ("dosier",)', "there are procedure, dossier, postal_order"),
    "a kind apart there is not": ('accepts = ("dossier",)', 'accepts = ("dossier",); apart = ("x",)', "Good.apart must be a tuple"),
    "emits without Pulls": ('accepts = ("dossier",)', 'accepts = emits = ("dossier",)', "emits and one of the abilities"),
    "asks without Recalls": ('accepts = ("dossier",)', 'accepts = ("dossier",); resend = "ask"', "does not inherit Recalls"),
    "a wrong resend": ('accepts = ("dossier",)', 'accepts = ("dossier",); resend = "maybe"', "Good.resend must be one of"),
    "a wrong batch size": ('accepts = ("dossier",)', 'accepts = ("dossier",); batch_size = 0', "batch_size"),
    "an ability without its method": ("def push(", "def pusch(", "does not implement push"),
    "accepts without map_out": ("def map_out(", "def map_aut(", "does not implement map_out"),
}  # fmt: skip
SOURCES = {name: (IMPORTS + source, part) for name, (source, part) in DEFECTS.items()} | {
    name: (GOOD.replace(old, new), part) for name, (old, new, part) in REPLACED.items()
}


@pytest.mark.parametrize("defect", sorted(SOURCES))
def test_a_defect_stops_the_start_with_a_sentence_naming_the_plugin(shelf, defect):
    source, part = SOURCES[defect]
    assert source != GOOD

    with pytest.raises(PluginError) as caught:
        load(found=[shelf.entry("bad", source)])

    sentences = caught.value.sentences
    assert all(sentence.startswith("The plugin bad is refused: ") for sentence in sentences)
    assert any(part in sentence for sentence in sentences)


@pytest.mark.parametrize("defect", sorted(SOURCES))
def test_nothing_of_a_refused_plugin_stays(shelf, defect):
    plugins = Plugins()
    with pytest.raises(PluginError):
        plugins.load_entry(shelf.entry("bad", SOURCES[defect][0]))

    plugins.load_entry(shelf.entry("bad"))  # the mended one finds its place free

    assert [entry.name for entry in plugins.catalogue] == ["good"]


def test_a_connector_name_that_is_taken_is_refused_naming_the_owner(shelf):
    with pytest.raises(PluginError) as caught:
        load(found=[shelf.entry("one"), shelf.entry("two")])

    [sentence] = caught.value.sentences
    assert "The plugin two is refused: the connector name good is taken by the plugin one" in sentence


def test_a_class_is_no_plugin():
    class Plugin:
        pass

    with pytest.raises(PluginError, match="it is a class"):
        Plugins().register(Plugin)


def test_every_refused_plugin_is_told_at_once(shelf):
    with pytest.raises(PluginError) as caught:
        load(found=[shelf.entry("a", "import nonesuch"), shelf.entry("b", "1 / 0"), shelf.entry("c")])

    assert [sentence.split(":")[0] for sentence in caught.value.sentences] == [
        "The plugin a cannot be imported",
        "The plugin b cannot be imported",
    ]


@pytest.mark.parametrize("source", ["import nonesuch", "raise SystemExit(2)", "def broken(:"])
def test_f38_a_broken_plugin_is_told_by_name_never_skipped(shelf, source):
    with pytest.raises(PluginError, match="The plugin broken cannot be imported: "):
        load(found=[shelf.entry("broken", source), shelf.entry("fine")])
