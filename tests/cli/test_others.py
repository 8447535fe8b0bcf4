"""The other commands: each does what its help says, and mistakes are sentences, not tracebacks."""

from __future__ import annotations

import signal
import time

import click
import orjson
import pytest
from click.testing import CliRunner

from hub.cli import COMMANDS, main
from hub.domain.schemas import examples

DOSSIER = examples("dossier")["birth-at-the-counter"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_two_languages(command):
    said = CliRunner().invoke(main, [command, "--help"]).output

    assert said.isascii() is False
    assert said.startswith("Usage:")


def test_help_imports_nothing_heavy():
    import subprocess
    import sys

    program = (
        "import sys; from hub.cli import main; print([m for m in ('sqlalchemy', 'flask', 'rich') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_init_makes_key_and_database_and_may_run_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = (CliRunner().invoke(main, ["init"]) for _ in range(2))

    assert first.exit_code == second.exit_code == 0
    assert (tmp_path / "lienthong.key").stat().st_mode & 0o077 == 0
    assert "The secret key is there." in second.output


def test_a_misspelt_setting_is_a_sentence(hub, monkeypatch):
    monkeypatch.setenv("HUB_LISTENN", "x")

    assert "did you mean HUB_LISTEN?" in hub("channels", "list", status=1)


@pytest.mark.parametrize("command", [("doctor",), ("channels", "list"), ("deliveries", "list")])
def test_a_database_file_that_is_missing_is_told_and_not_made_by_looking(hub, environment, monkeypatch, command):
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite:///{environment / 'other.db'}")

    said = hub(*command, status=1)

    assert "hub init" in said
    assert not list(environment.glob("other.db*"))


def test_a_database_without_schema_is_a_sentence(environment, monkeypatch):
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite:///{environment / 'empty.db'}")
    result = CliRunner().invoke(main, ["channels", "list"])

    assert result.exit_code == 1
    assert "hub init" in result.output


@pytest.mark.parametrize("command", [("channels", "list"), ("doctor",), ("init",), ("backup", "copy")])
def test_a_database_file_that_is_damaged_is_a_sentence_in_both_languages(hub, environment, monkeypatch, command):
    (environment / "broken.db").write_bytes(b"no database at all " * 100)
    monkeypatch.setenv("HUB_DATABASE_URL", f"sqlite:///{environment / 'broken.db'}")
    said = hub(*command, status=1)

    assert "is damaged, or is no database: file is not a database" in said
    assert "bị hỏng" in said
    assert "hub restore" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@h:port/x",
        "postgresql://u:geheim@h:port@5432/x",
        "postgresql+psycopg2://u:geheim@h/x",
        "sqlite+other:///x.db",
        "sqlite:///:memory:",
    ],
)
def test_an_address_of_a_database_that_cannot_be_read_is_a_sentence_without_its_password(hub, monkeypatch, url):
    monkeypatch.setenv("HUB_DATABASE_URL", url)

    for command in ("doctor", "init"):
        said = hub(command, status=1)
        assert "HUB_DATABASE_URL" in said
        assert "geheim" not in said


def test_a_port_that_is_taken_is_a_sentence(hub):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = hub("simulate", "sms", "--port-base", str(taken.getsockname()[1]), status=1)

    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()  # whoever called can be stopped as before
    assert "Address already in use" in said
    assert "Hệ điều hành từ chối" in said


def test_what_the_doctor_finds_and_what_is_to_be_done_stand_in_both_languages(hub, told, settings, monkeypatch):
    hub("channels", "add", "sms", "sms", "--settings", settings())
    hub("channels", "pause", "sms", "--why", "x")
    for variable, value in (("HUB_POLL_SECONDS", "0.1"), ("HUB_WEB_THREADS", "x"), ("HUB_SECRET_KEY_FILE", "none")):
        monkeypatch.setenv(variable, value)
        wrong = [one for one in orjson.loads(hub("doctor", "--json", status=1)) if not one["good"]]
        assert wrong
        assert all(one["vietnamese"] and " · " in one["todo"] for one in wrong), wrong


def test_a_client_gets_keys_that_are_shown_once_and_can_be_revoked(hub, told):
    hub("clients", "add", "one_stop", "--can", "read,write", "--agency", "H56", "--title", "Một cửa")
    key = hub("clients", "key", "one_stop", "--days", "30").splitlines()[0]
    kept = told("clients", "list")[0]

    assert key.startswith("lt_")
    assert key not in hub("clients", "list", "--json")
    assert kept["scopes"] == {"can": ["read", "write"], "agencies": ["H56"]}
    assert kept["keys"][0]["expires_at"] > time.time() * 1000
    hub("clients", "revoke", key)
    assert told("clients", "list")[0]["keys"][0]["revoked_at"]
    hub("clients", "disable", "one_stop")
    assert told("clients", "list")[0]["disabled"]
    hub("clients", "enable", "one_stop")


def test_a_new_title_does_not_widen_what_a_client_may_do_and_see(hub, told):
    hub("clients", "add", "ward", "--can", "read", "--kind", "dossier", "--agency", "H56.14", "--title", "Phường")
    scopes = {"can": ["read"], "kinds": ["dossier"], "agencies": ["H56.14"]}

    hub("clients", "add", "ward", "--title", "Phường Mẫu")
    assert [(one["title"], one["scopes"]) for one in told("clients", "list")] == [("Phường Mẫu", scopes)]
    hub("clients", "add", "ward", "--agency", "*", "--can", "read,feed")
    assert told("clients", "list")[0]["title"] == "Phường Mẫu"
    assert told("clients", "list")[0]["scopes"] == {"can": ["read", "feed"], "kinds": ["dossier"]}


def test_a_webhook_is_not_ended_by_leaving_out_its_address(hub, told, monkeypatch):
    monkeypatch.setenv("HUB_WEBHOOK_ALLOW_PRIVATE", "1")
    hub("clients", "add", "x")
    hub("clients", "webhook", "x", "http://127.0.0.1:9/x")

    assert "--off" in hub("clients", "webhook", "x", status=2)
    assert "--off" in hub("clients", "webhook", "x", "http://127.0.0.1:9/x", "--off", status=2)
    assert told("clients", "list")[0]["webhook"] == "http://127.0.0.1:9/x"
    hub("clients", "webhook", "x", "--off")
    assert told("clients", "list")[0]["webhook"] is None


def test_clients_mistakes_are_told(hub):
    assert "can has no fly" in hub("clients", "add", "x", "--can", "fly", status=1)
    assert "No client is called nobody" in hub("clients", "key", "nobody", status=1)
    hub("clients", "add", "x")
    assert "private network" in hub("clients", "webhook", "x", "http://127.0.0.1/", status=1)


def test_plugins_and_the_settings_of_a_connector_are_shown(hub, told):
    assert {"national_portal", "province_portal", "postal", "civil_status", "sms"} <= {
        one["plugin"] for one in told("plugins", "list")
    }
    assert "password" in hub("plugins", "show", "sms")


def test_records_are_imported_listed_and_shown_without_personal_data(hub, told, environment):
    file = environment / "dossiers.ndjson"
    file.write_bytes(orjson.dumps(DOSSIER) + b"\n{}\nnot json\n")
    hub("records", "import", "dossier", str(file), status=1)

    assert [one["key"] for one in told("records", "list", "dossier")] == [DOSSIER["code"]]
    masked = hub("records", "show", "dossier", DOSSIER["code"])
    assert DOSSIER["applicant"]["name"] not in masked
    assert DOSSIER["applicant"]["name"] in hub("records", "show", "dossier", DOSSIER["code"], "--personal")
    assert "There is no dossier" in hub("records", "show", "dossier", "H56.14-260511-9999", status=1)


def test_deliveries_wait_for_a_channel_and_keep_it_from_being_removed(hub, told, environment, settings):
    hub("channels", "add", "sms", "sms", "--settings", settings())
    file = environment / "dossiers.ndjson"
    file.write_bytes(orjson.dumps(DOSSIER) + b"\n")
    hub("records", "import", "dossier", str(file))

    waiting = told("deliveries", "list", "--state", "waiting")
    assert [(one["channel"], one["key"]) for one in waiting] == [("sms", DOSSIER["code"])]
    assert DOSSIER["code"] in hub("deliveries", "show", str(waiting[0]["id"]))
    assert "not parked as uncertain" in hub("deliveries", "resolve", str(waiting[0]["id"]), "--came", status=1)
    assert "0 will be tried again" in hub("deliveries", "replay", "--channel", "sms")
    assert "not parked" in hub("deliveries", "replay", str(waiting[0]["id"]), status=1)
    assert "No channel is called smss" in hub("deliveries", "replay", "--channel", "smss", status=1)
    assert "still wait" in hub("channels", "remove", "sms", status=1)
    hub("channels", "remove", "sms", "--force")
    assert told("deliveries", "list") == []


def test_nothing_that_is_shown_is_cut_off(hub, monkeypatch):
    from hub.cli.shown import table

    key = "dossier/H56.22.17-261102-0001"
    for columns in (None, "40"):
        if columns:
            monkeypatch.setenv("COLUMNS", columns)
        with click.Context(main), CliRunner().isolation() as streams:
            table(("channel", "record", "why"), [("national", key, "x" * 300)])
            said = streams[0].getvalue().decode()
        assert "…" not in said
        assert said.count("x") == 300
        assert (key in said) is (columns is None)


@pytest.mark.parametrize("command", [("records", "list", "dossier"), ("deliveries", "list"), ("ledger", "show")])
def test_a_list_of_less_than_one_line_is_refused(hub, command):
    assert "--limit" in hub(*command, "--limit", "-1", status=2)


def test_what_went_over_the_line_is_shown_whole(hub, told, environment, settings):
    from hub.config import load
    from hub.store.engine import Store
    from hub.store.tables import attempt, exchange

    hub("channels", "add", "sms", "sms", "--settings", settings())
    file = environment / "dossiers.ndjson"
    file.write_bytes(orjson.dumps(DOSSIER) + b"\n")
    hub("records", "import", "dossier", str(file))
    one = told("deliveries", "list")[0]
    sent = {"method": "POST", "target": "http://127.0.0.1:9/" + "a" * 90, "status": 200}
    sent |= {"sent": "b" * 250, "answered": "c" * 250}
    told_line = orjson.dumps([sent]).decode()
    at = {"delivery_id": one["id"], "channel": "sms", "version": 1, "number": 1, "fence": 1, "worker": "w", "at": 0}
    told_by = {"action": "push", "outcome": "delivered", "milliseconds": 1, "exchange_id": 1}
    store = Store(load().database_url)
    with store.writing() as connection:
        connection.execute(exchange.insert(), {"id": 1, "channel": "sms", "content": told_line, "at": 0})
        connection.execute(attempt.insert(), at | told_by)
    store.close()

    said = hub("deliveries", "show", str(one["id"]))
    assert f"POST http://127.0.0.1:9/{'a' * 90} → 200" in said
    assert "b" * 250 in said
    assert "c" * 250 in said


def test_the_doctor_tells_what_is_wrong_and_what_to_do(hub, settings):
    hub("channels", "add", "sms", "sms", "--settings", settings())
    said = hub("doctor", status=1)

    assert "✓ The schema is the newest." in said
    assert "✗ No worker is running" in said
    assert "✗ sms: down" in said
    assert "hub serve" in said


def test_the_doctor_finds_a_key_that_others_can_read(hub, environment):
    (environment / "key").chmod(0o644)

    assert "chmod 600" in hub("doctor", status=1)


def test_f13_the_doctor_tells_how_long_the_oldest_delivery_has_waited(hub, environment, settings):
    from sqlalchemy import text

    from hub.config import load
    from hub.store.engine import Store

    hub("channels", "add", "sms", "sms", "--settings", settings())
    file = environment / "dossiers.ndjson"
    file.write_bytes(orjson.dumps(DOSSIER) + b"\n")
    hub("records", "import", "dossier", str(file))
    assert "the oldest delivery" not in hub("doctor", status=1)
    store = Store(load().database_url)
    with store.writing() as connection:
        connection.execute(text("UPDATE delivery SET waiting_since = waiting_since - 7200000"))
    store.close()

    assert "sms: the oldest delivery has waited for 120 minutes." in hub("doctor", status=1)
