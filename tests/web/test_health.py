"""Lives, can serve, and how everything is: looked up by index, however much has piled up."""

from __future__ import annotations

import re

from sqlalchemy import text

from hub.observe.counting import SCRAPED
from hub.store import channels
from hub.store.schema_version import newest
from hub.testing.hearing import statements
from tests.inspection.tree import page


def put_channel(hub, name, **more):
    settings = {"url": "http://127.0.0.1:9", "secret": hub.context.vault.seal("whsec_" + "A" * 32)}
    values = {"connector": "echo", "settings": settings, "routing": {}, "politeness": {}, **more}
    hub.context.store.write(lambda connection: channels.put(connection, name, values, now=hub.context.now()))
    hub.context.channels.forget()


def metrics_of(hub):
    lines = hub.app.test_client().get("/metrics").data.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_the_process_lives_and_can_serve(hub):
    http = hub.app.test_client()

    assert http.get("/healthz").json == {"status": "ok"}
    assert http.get("/readyz").json == {"status": "ok"}


def test_a_hub_that_cannot_serve_says_why(hub):
    http = hub.app.test_client()
    with hub.context.store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    stale = http.get("/readyz")
    with hub.context.store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})
    current = http.get("/readyz")
    hub.app.extensions["hub"].stop()

    assert (stale.status_code, stale.json["status"]) == (503, "schema_not_current")
    assert current.status_code == 200
    assert http.get("/readyz").json["status"] == "stopping"
    assert http.get("/healthz").status_code == 200


def test_f13_the_age_of_the_oldest_waiting_delivery_is_a_metric(hub, api, dossier, clock):
    put_channel(hub, "national")
    put_channel(hub, "paused_one", paused=True)
    put_channel(hub, "broken", connector="nobody")
    api.put(f"/v1/dossiers/{dossier['code']}", dossier)
    clock.advance(seconds=90)
    found = metrics_of(hub)

    assert found['hub_waiting_age_seconds{channel="national"}'] == "90.0"
    assert found['hub_waiting{channel="national"}'] == "1.0"
    assert found['hub_channel_state{channel="paused_one",state="paused"}'] == "1.0"
    assert found['hub_channel_state{channel="broken",state="unusable"}'] == "1.0"
    assert found['hub_channel_state{channel="national",state="running"}'] == "1.0"


def test_f13_the_sample_alarm_goes_off_for_what_waits_longer_than_half_an_hour(hub, api, dossier, clock):
    rules = page("deploy/alarms.yml")
    (limit,) = re.findall(r"expr: hub_waiting_age_seconds > (\d+)", rules)
    put_channel(hub, "national")
    put_channel(hub, "paused_one", paused=True)
    api.put(f"/v1/dossiers/{dossier['code']}", dossier)
    age = 'hub_waiting_age_seconds{channel="national"}'
    young = float(metrics_of(hub)[age])
    clock.advance(seconds=31 * 60)

    assert young < int(limit) < float(metrics_of(hub)[age])
    assert set(re.findall(r"expr: (\w+)", rules)) <= set(SCRAPED)
    states = {re.search(r'state="(\w+)"', line)[1] for line in metrics_of(hub) if "hub_channel_state" in line}
    assert "paused" in states
    assert set(re.findall(r'state="(\w+)"', rules)) == {"paused", "unusable"}


def test_requests_are_counted_by_route_and_never_by_address(hub, api, dossier):
    api.put(f"/v1/dossiers/{dossier['code']}", dossier)
    api.get("/v1/nothing/at/all")
    told = hub.app.test_client().get("/metrics").data.decode()

    assert 'route="/v1/dossiers/<key>",status="201"' in told
    assert 'route="none",status="404"' in told
    assert dossier["code"] not in told
    assert "nothing/at/all" not in told


def test_f26_no_request_counts_a_growing_table(hub, api, dossier):
    """What metrics and lists ask of the database is answered from an index, or stops counting."""
    put_channel(hub, "national")
    with statements(hub.context.store.engine) as heard:
        metrics_of(hub)
        api.get("/v1/dossiers")
        api.get("/v1/changes")
        api.put(f"/v1/dossiers/{dossier['code']}", dossier)

    told = [re.sub(r"SELECT count\(\*\) FROM part\d+", "", one) for one, _ in heard]  # the rows it wrote itself
    counting = [one for one in told if re.search(r"count\(", one, re.IGNORECASE) and "LIMIT" not in one]
    assert all("FROM channel" in one for one in counting), counting
