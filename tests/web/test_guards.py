"""Every route states its guard; keys let in whom they should, as long as they should."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hub.flows import client_keys
from hub.store import clients
from hub.web import guards

OPEN = {
    "/healthz", "/readyz", "/v1/openapi.json", "/v1/docs", "/files/<sha256>/<signature>", "/hooks/<channel>",
    "/hooks/<channel>/<path:path>",
}  # fmt: skip


def renew(hub):
    """Forget what was seen of keys."""
    hub.app.extensions["hub"].keys.forget()


def test_every_view_states_its_guard_and_the_open_ones_are_few(hub):
    rules = list(hub.app.url_map.iter_rules())
    stated = {rule.rule: hub.app.view_functions[rule.endpoint].guard for rule in rules}

    assert {rule for rule, guard in stated.items() if not guard.ability} == OPEN
    assert all(guard.reason for guard in stated.values() if not guard.ability)


def test_an_app_with_a_silent_view_does_not_start():
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "x")

    with pytest.raises(RuntimeError, match="x"):
        guards.check_stated(app)


@pytest.mark.parametrize(
    "token", ["", "x", "lt_", "lt_aa_bb", "lt_aa", "xx_aa_bb", "lt__", "lt_é_x", "lt_" + "a" * 5000 + "_b"]
)
def test_a_wrong_key_is_a_401(hub, token):
    answer = hub.app.test_client().get(
        "/v1/dossiers", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    )

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_right_id_with_another_secret_is_a_401(hub, api):
    key_id = api.token.split("_")[1]
    api.token = f"lt_{key_id}_{'x' * 43}"

    assert api.get("/v1/dossiers").status_code == 401


def test_only_the_hash_of_a_key_is_kept(hub, api):
    secret = api.token.split("_", 2)[2]
    with hub.context.store.reading() as connection:
        row = clients.by_key(connection, api.token.split("_")[1])

    assert secret not in str(dict(row))
    assert len(row["hash"]) == 64


def test_a_key_ends_at_its_time(hub, api, clock):
    api.token = client_keys.issue(hub.context, "mot-cua", clock.now() + timedelta(hours=1))
    before = api.get("/v1/dossiers").status_code
    clock.advance(hours=1)

    assert (before, api.get("/v1/dossiers").status_code) == (200, 401)


def test_two_keys_are_valid_at_once_and_one_can_be_revoked(hub, api):
    second = type(api)(api.http, client_keys.issue(hub.context, "mot-cua"))
    both = (api.get("/v1/dossiers").status_code, second.get("/v1/dossiers").status_code)
    key_id = api.token.split("_")[1]
    hub.context.store.write(lambda connection: clients.revoke_key(connection, key_id, now=hub.context.now()))
    renew(hub)

    assert both == (200, 200)
    assert (api.get("/v1/dossiers").status_code, second.get("/v1/dossiers").status_code) == (401, 200)


def test_a_disabled_client_is_not_let_in(hub, api):
    hub.context.store.write(lambda connection: clients.disable(connection, "mot-cua", disabled=True))
    renew(hub)

    assert api.get("/v1/dossiers").status_code == 401


def test_metrics_are_for_this_machine_or_for_a_client_that_may(hub):
    near = hub.app.test_client().get("/metrics")
    far = {"environ_base": {"REMOTE_ADDR": "10.1.2.3"}}
    proxied = hub.app.test_client().get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})
    watcher = hub.client("giam-sat", can=["metrics"])
    allowed = hub.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {watcher.token}"}, **far)

    assert near.status_code == allowed.status_code == 200
    assert proxied.status_code == hub.app.test_client().get("/metrics", **far).status_code == 401
    assert watcher.get("/v1/dossiers").status_code == 403
