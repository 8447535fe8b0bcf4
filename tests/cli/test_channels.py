"""Channels by the command line: secrets stay secret, what is wrong is told in sentences, evidence is written."""

from __future__ import annotations

import orjson
import pytest

from hub.testing import house


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


def test_correcting_an_account_keeps_whom_the_channel_is_told_about_and_at_what_pace(hub, environment, settings):
    def shown():
        return {key: orjson.loads(hub("channels", "show", "sms"))[key] for key in ("routing", "politeness")}

    file = environment / "channels.toml"
    hub("channels", "add", "sms", "sms", "--settings", settings(), "--kind", "dossier", "--agency", "H56.14")
    file.write_text(hub("channels", "export") + "[channels.sms.politeness]\nrate = 5\n", encoding="utf-8")
    hub("channels", "apply", str(file))

    hub("channels", "add", "sms", "sms", "--settings", settings(password="mat-khau-moi"))
    assert shown() == {"routing": {"agencies": ["H56.14"], "kinds": ["dossier"]}, "politeness": {"rate": 5}}
    hub("channels", "add", "sms", "sms", "--settings", settings(), "--agency", "H56.15")
    assert shown()["routing"] == {"agencies": ["H56.15"], "kinds": ["dossier"]}
    hub("channels", "add", "sms", "sms", "--settings", settings(), "--agency", "*", "--kind", "*")
    assert shown() == {"routing": {}, "politeness": {"rate": 5}}


@pytest.mark.parametrize(
    "content",
    [
        "channels = 5",
        "[channels]\nsms = 5",
        "[channels.sms]\nconnector = 5",
        "[channels.sms]\nconnector = 'sms'\nsettings = 5",
        "[channels.sms]\nconnector = 'sms'\ncolour = 'red'",
        "[chanels.sms]\nconnector = 'sms'",
        "[channels.sms]\nconnector = 'sms'\n[settings]\nurl = 'x'",
    ],
)
def test_a_file_that_is_not_made_of_channels_is_a_sentence(hub, told, environment, content):
    file = environment / "channels.toml"
    file.write_text(content, encoding="utf-8")

    assert "[channels." in hub("channels", "apply", str(file), status=1)
    assert told("channels", "list") == []


@pytest.fixture
def record(hub, environment):
    file = environment / "dossiers.ndjson"
    file.write_bytes(orjson.dumps(house.dossier()))
    hub("records", "import", "dossier", str(file), "--source", "district")


@pytest.mark.parametrize("way", ["add", "apply"])
def test_a_channel_added_when_records_are_here_says_how_they_come_to_it(hub, told, environment, record, way):
    def put(**routing):
        wish = {"url": "http://127.0.0.1:9", "name": "x", "key": "k" * 40, "client": "h56"}
        if way == "add":
            file = environment / "up.json"
            file.write_bytes(orjson.dumps({key: wish[key] for key in ("url", "key", "client")}))
            agencies = [word for one in routing.get("agencies", ()) for word in ("--agency", one)]
            return hub("channels", "add", "up", "hub_peer", "--settings", str(file), *agencies)
        file = environment / "up.toml"
        lines = [f'[channels.up]\nconnector = "hub_peer"\n[channels.up.settings]\nurl = "{wish["url"]}"']
        lines += [f'key = "{wish["key"]}"\nclient = "h56"']
        lines += [f"[channels.up.routing]\nagencies = {routing['agencies']}"] if routing else []
        file.write_text("\n".join(lines), encoding="utf-8")
        return hub("channels", "apply", str(file))

    first, again, wider = put(agencies=["H56.14"]), put(agencies=["H56.14"]), put(agencies=["H56"])

    for said in (first, wider):
        assert "not sent to up by themselves" in said
        assert "không tự gửi tới up" in said
        assert said.count("hub reconcile up") == 2
    assert "up: unchanged" in again
    assert "reconcile" not in again
    assert told("channels", "list")[0]["waiting"] == 0


def test_a_channel_that_cannot_be_reconciled_says_that_changes_alone_go_out(hub, record, settings):
    said = hub("channels", "add", "sms", "sms", "--settings", settings())

    assert "each goes with its next change" in said
    assert "chỉ gửi khi có thay đổi tiếp theo" in said


def test_on_an_empty_hub_there_is_nothing_to_say_of_earlier_records(hub, settings):
    assert hub("channels", "add", "sms", "sms", "--settings", settings()).strip() == "✓ sms: created"


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
