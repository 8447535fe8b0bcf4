"""Partners' calls: checked by the connector, kept raw, durable before the answer."""

from __future__ import annotations

import orjson
import pytest

from hub.sdk import signing
from hub.store import channels, ledger
from hub.store.items import page

SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture
def partner(hub):
    settings = {"url": "http://127.0.0.1:9", "secret": hub.context.vault.seal(SECRET)}
    values = {"connector": "echo", "settings": settings, "routing": {}, "politeness": {}}
    hub.context.store.write(lambda connection: channels.put(connection, "portal", values, now=hub.context.now()))
    hub.context.channels.forget()

    def call(payload, *, path="/hooks/portal/in", secret=SECRET, method="POST", message_id="m1"):
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        headers = signing.headers([secret], message_id=message_id, at=hub.context.clock.now(), body=body)
        return hub.app.test_client().open(path, method=method, data=body, headers=headers)

    return call


def kept(hub):
    with hub.context.store.reading() as connection:
        return page(connection, "portal")


def test_what_a_partner_sends_becomes_a_record_and_stays_as_evidence(hub, api, partner, dossier):
    answer = partner({"dossier": dossier})
    (row,) = kept(hub)

    assert (answer.status_code, answer.json["reception"]) == (200, "accepted")
    assert api.get(f"/v1/dossiers/{dossier['code']}").status_code == 200
    assert (row["way"], row["word"], row["record"]) == ("received", "accepted", f"dossier/{dossier['code']}")
    assert orjson.loads(row["payload"]) == {"dossier": dossier}
    told = api.get("/v1/changes?documents=false").json["items"]
    assert [(item["key"], item["source"]) for item in told] == [(dossier["code"], "portal")]


def test_the_same_again_is_a_duplicate(hub, partner, dossier):
    partner({"dossier": dossier})
    again = partner({"dossier": dossier}, message_id="m2")

    assert again.json["reception"] == "duplicate"
    assert [row["word"] for row in kept(hub)] == ["accepted", "duplicate"]


def test_what_is_not_valid_is_refused_and_kept_as_evidence_without_personal_values(hub, partner, api, dossier):
    dossier["applicant"]["birth_date"] = "13-13-1990"
    answer = partner({"dossier": dossier})
    (row,) = kept(hub)

    assert answer.json["reception"] == "refused"
    assert "/applicant/birth_date" in answer.json["message"]
    assert "13-13-1990" not in answer.json["message"]
    assert "13-13-1990" not in row["problem"]
    assert row["word"] == "refused"
    assert api.get(f"/v1/dossiers/{dossier['code']}").status_code == 404


def test_a_call_that_is_not_authentic_is_answered_and_leaves_nothing(hub, partner, dossier):
    forged = partner({"dossier": dossier}, secret="whsec_" + "WFla" * 8)
    unreadable = partner(b"{")

    assert (forged.status_code, unreadable.status_code) == (401, 400)
    assert kept(hub) == []
    with hub.context.store.reading() as connection:
        assert ledger.sealed(connection) == []


def test_no_such_channel_is_a_404_and_an_unusable_one_a_503(hub, partner):
    broken = {"connector": "nobody", "settings": {}, "routing": {}, "politeness": {}}
    hub.context.store.write(lambda connection: channels.put(connection, "broken", broken, now=hub.context.now()))
    hub.context.channels.forget()

    assert partner({}, path="/hooks/nothing").status_code == 404
    assert partner({}, path="/hooks/broken/x").json["code"] == "channel_unusable"


@pytest.mark.parametrize(
    "path",
    ["/hooks/portal/../../v1/dossiers", "/hooks/portal/a/%2e%2e/b", "/hooks/portal/a%2f..%2fb", "/hooks/portal/a//b",
     "/hooks/portal/a%5c..%5cb", "/hooks/portal/%00", "/hooks/portal/./a"],
)  # fmt: skip
def test_f36_a_path_cannot_climb(hub, partner, dossier, path):
    answer = partner({"dossier": dossier}, path=path)

    assert answer.status_code in {401, 404}
    assert kept(hub) == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_the_connector_sees_any_method(hub, partner, dossier, method):
    assert partner({"dossier": dossier}, method=method).json["reception"] == "accepted"


def test_a_call_over_the_limit_is_a_413(make_hub, dossier):
    hub = make_hub(body_limit=2048)
    answer = hub.app.test_client().post("/hooks/portal", data=b"x" * 4096)

    assert answer.status_code == 413
