"""Progress of dossiers, idempotent posts, and how partners stand to a dossier."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.store import channels, claiming, deliveries, delivery_views
from hub.store.deliveries import Settled

EVENT = {"id": "e1", "occurred_at": "2026-05-12T09:30:00+07:00", "status": "processing"}


def path_of(document):
    return f"/v1/dossiers/{document['code']}"


def test_one_event_and_several_events_are_added(api, dossier):
    api.put(path_of(dossier), dossier)
    one = api.post(path_of(dossier) + "/events", EVENT)
    several = api.post(
        path_of(dossier) + "/events",
        {"events": [EVENT, {"occurred_at": "2026-05-13T09:30:00+07:00", "status": "finished"}]},
    )

    assert (one.status_code, one.json["word"], one.json["status"]) == (200, "updated", "processing")
    assert (several.json["word"], several.json["status"]) == ("updated", "finished")
    assert api.post(path_of(dossier) + "/events", EVENT).json["word"] == "unchanged"


def test_events_may_come_before_their_dossier(api, dossier):
    early = api.post(path_of(dossier) + "/events", EVENT)
    later = api.put(path_of(dossier), dossier)

    assert (early.status_code, early.json["flags"]) == (201, ["incomplete"])
    assert later.json["flags"] == []
    assert "mot-cua/e1" in [event["key"] for event in api.get(path_of(dossier)).json["events"]]


def test_wrong_events_are_told_by_place_and_nothing_of_them_is_kept(api, dossier):
    api.put(path_of(dossier), dossier)
    several = api.post(path_of(dossier) + "/events", {"events": [EVENT, {"status": "done"}]})
    one = api.post(path_of(dossier) + "/events", {"status": "done"})

    assert {error["pointer"] for error in several.json["errors"]} == {"/events/1/occurred_at", "/events/1/status"}
    assert {error["pointer"] for error in one.json["errors"]} == {"/occurred_at", "/status"}
    assert api.get(path_of(dossier)).headers["ETag"] == '"1"'
    for odd in ({"events": []}, {"events": {}}, {"events": [EVENT], "more": 1}, [], "x", 7):
        assert api.post(path_of(dossier) + "/events", odd).status_code == 422
    assert api.post("/v1/dossiers/no-such-number/events", EVENT).json["errors"][0]["code"] == "dossier_code_malformed"


def test_the_same_idempotency_key_gives_the_first_answer_again(api, dossier):
    api.put(path_of(dossier), dossier)
    first = api.post(path_of(dossier) + "/events", EVENT, Idempotency_Key="k1")
    again = api.post(path_of(dossier) + "/events", EVENT, Idempotency_Key="k1")
    other = api.post(path_of(dossier) + "/events", {**EVENT, "id": "e2"}, Idempotency_Key="k1")

    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")
    assert api.post(path_of(dossier) + "/events", EVENT, Idempotency_Key="a b").status_code == 400


def test_an_idempotency_key_belongs_to_its_client(hub, api, dossier):
    api.put(path_of(dossier), dossier)
    api.post(path_of(dossier) + "/events", EVENT, Idempotency_Key="k1")
    other = hub.client("khac").post(path_of(dossier) + "/events", {**EVENT, "id": "x"}, Idempotency_Key="k1")

    assert other.status_code == 200


def test_twins_at_the_same_time_get_one_answer(hub, api, dossier):
    api.put(path_of(dossier), dossier)

    def send(number):
        twin = type(api)(hub.app.test_client(), api.token)
        return twin.post(
            path_of(dossier) + "/events", {**EVENT, "id": f"t{number // 4}"}, Idempotency_Key=f"t{number // 4}"
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))

    assert {answer.status_code for answer in answers} == {200}
    for group in range(4):
        assert len({answers[group * 4 + each].data for each in range(4)}) == 1


def test_deliveries_tell_how_each_partner_stands(hub, api, dossier):
    put_channel(hub, "national")
    api.put(path_of(dossier), dossier)
    (standing,) = api.get(path_of(dossier) + "/deliveries").json["items"]

    assert (standing["channel"], standing["state"], standing["wanted_version"]) == ("national", "waiting", 1)
    assert standing["acknowledged_version"] is None


def test_f40_a_reason_of_an_earlier_version_is_not_shown_as_todays(hub, api, dossier):
    put_channel(hub, "national")
    api.put(path_of(dossier), dossier)
    park(hub, "national", dossier["code"])
    (parked,) = api.get(path_of(dossier) + "/deliveries").json["items"]
    api.post(path_of(dossier) + "/events", EVENT)
    (waiting,) = api.get(path_of(dossier) + "/deliveries").json["items"]

    assert (parked["state"], parked["reason"]) == ("parked", "data")
    assert parked["advice"]["vi"]
    assert parked["advice"]["en"]
    assert waiting["state"] == "waiting"
    assert "reason" not in waiting


def put_channel(hub, name):
    settings = {"url": "http://127.0.0.1:9", "secret": hub.context.vault.seal("whsec_" + "A" * 32)}
    values = {"connector": "echo", "settings": settings, "routing": {}, "politeness": {}}
    hub.context.store.write(lambda connection: channels.put(connection, name, values, now=hub.context.now()))
    hub.context.channels.forget()


def park(hub, name, key):
    now = hub.context.now()

    def settle(connection):
        (claimed,) = claiming.claim(connection, name, owner="test", now=now, lease=1000, limit=1)
        ended = Settled(claimed.id, claimed.fence, claimed.version, "parked", now, reason="data", detail="refused")
        deliveries.settle(connection, [ended], now=now)
        return delivery_views.of_record(connection, "dossier", key)

    assert hub.context.store.write(settle)
