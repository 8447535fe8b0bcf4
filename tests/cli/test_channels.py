"""Channels by the command line: secrets stay secret, what is wrong is told in sentences, evidence is written."""

from __future__ import annotations

import orjson
import pytest


@pytest.fixture
def channel(hub, settings):
    hub("channels", "add", "sms", "sms", "--settings", settings())
    return "sms"


def test_a_channel_is_added_shown_without_its_secret_and_listed(hub, told, channel):
    assert "mat-khau-rieng" not in hub("channels", "show", channel)
    assert orjson.loads(hub("channels", "show", channel))["settings"]["password"] == "[ẩn]"
    assert [(one["name"], one["connector"], one["state"]) for one in told("channels", "list")] == [
        ("sms", "sms", "active")
    ]


def test_adding_the_same_again_changes_nothing(hub, settings, channel):
    assert "unchanged" in hub("channels", "add", channel, "sms", "--settings", settings())
    assert "updated" in hub("channels", "add", channel, "sms", "--settings", settings(brand="B2"))


def test_wrong_settings_are_all_told_and_nothing_is_kept(hub, told, settings):
    said = hub("channels", "add", "sms", "sms", "--settings", settings(brand=5, colour="red"), status=1)

    assert "/brand" in said
    assert "/colour" in said
    assert told("channels", "list") == []


def test_an_unknown_connector_names_the_nearest(hub, settings):
    assert "did you mean sms?" in hub("channels", "add", "x", "smss", "--settings", settings(), status=1)


def test_what_export_writes_apply_reads_back_without_losing_the_secret(hub, environment, channel):
    exported = hub("channels", "export")
    file = environment / "channels.toml"
    file.write_text(exported, encoding="utf-8")

    assert "mat-khau-rieng" not in exported
    assert "sms: unchanged" in hub("channels", "apply", str(file))
    file.write_text(exported.replace('brand = "B"', 'brand = "B3"'), encoding="utf-8")
    assert "sms: updated" in hub("channels", "apply", str(file))
    assert orjson.loads(hub("channels", "show", channel))["settings"]["brand"] == "B3"


def test_a_channel_is_paused_with_a_reason_resumed_and_removed(hub, told, channel):
    hub("channels", "pause", channel, "--why", "bảo trì")
    assert told("channels", "list")[0] | {"problem": "bảo trì", "state": "paused"} == told("channels", "list")[0]

    hub("channels", "resume", channel)
    hub("channels", "remove", channel)
    assert told("channels", "list") == []
    assert "No channel is called sms" in hub("channels", "show", channel, status=1)


def test_checking_tells_that_nobody_listens(hub, channel):
    assert "sms: down" in hub("channels", "check", channel, status=1)


def test_every_change_stands_in_the_ledger_with_its_actor(hub, told, channel):
    from hub.config import load
    from hub.store import ledger
    from hub.store.engine import Store

    store = Store(load().database_url)
    hub("channels", "pause", channel, "--why", "x")
    store.write(lambda connection: ledger.seal(store, connection))
    store.close()

    entries = told("ledger", "show")
    assert [entry["content"][0][:3] for entry in entries] == [
        ["channel", "sms", "created"],
        ["channel", "sms", "paused"],
    ]
    assert all(entry["actor"].startswith("cli") for entry in entries)
    assert "holds" in hub("ledger", "verify")
