"""Connectors by name; settings that do not fit are told with their place, never with their value."""

from __future__ import annotations

import pytest

from hub.plugging.errors import SettingsRefused, UnknownConnector
from hub.plugging.manager import load
from hub.sdk import Tools

RIGHT = {"url": "https://partner.invalid", "password": "a-long-password"}


@pytest.fixture
def catalogue(shelf):
    return load(found=[shelf.entry("good")]).catalogue


def test_right_settings_make_a_connector(catalogue):
    connector = catalogue.connect("good", RIGHT, Tools("test"))

    assert (connector.name, connector.tools.channel) == ("good", "test")
    assert catalogue.problems("good", RIGHT) == []


@pytest.mark.parametrize(
    ("settings", "pointer", "code"),
    [
        ({**RIGHT, "url": "ftp://x"}, "/url", "malformed"),
        ({**RIGHT, "url": 7}, "/url", "wrong_type"),
        ({"url": "https://x"}, "/password", "missing_property"),
        ({**RIGHT, "pasword": "x"}, "/pasword", "unknown_property"),
        ({**RIGHT, "password": "s3cret"}, "/password", "too_short"),
    ],
)
def test_f23_wrong_settings_are_told_by_place_in_both_languages_without_values(catalogue, settings, pointer, code):
    with pytest.raises(SettingsRefused) as caught:
        catalogue.connect("good", settings, Tools("test"))

    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == (pointer, code)
    assert problem.vi
    assert problem.vi != problem.en
    assert "s3cret" not in f"{caught.value} {problem}"
    assert "ftp" not in str(caught.value)


def test_an_unknown_connector_is_told_the_nearest(catalogue):
    with pytest.raises(UnknownConnector, match="did you mean good"):
        catalogue.entry("goood")
    with pytest.raises(UnknownConnector, match="there are: good"):
        catalogue.entry("xyz")


def test_an_entry_tells_abilities_secrets_and_origin(catalogue):
    [entry] = catalogue

    assert entry.abilities == ("pushes",)
    assert entry.secrets == ("password",)
    assert str(entry.origin) == "plugin good"
