"""A client sees and changes what is its business, and cannot tell the rest from nothing."""

from __future__ import annotations

import pytest

from hub.domain.scope import Scope

EVENT = {"id": "e1", "occurred_at": "2026-05-12T09:30:00+07:00", "status": "processing"}


def path_of(document):
    return f"/v1/dossiers/{document['code']}"


def moved(dossier, agency, number=1):
    """The dossier, of another agency."""
    agencies = {role: {**one, "id": agency} for role, one in dossier["agencies"].items()}
    return {**dossier, "code": f"{agency}-260511-{number:04}", "agencies": agencies}


def test_reading_outside_is_404_and_writing_outside_is_403(hub, api, dossier):
    other = moved(dossier, "H57.14")
    api.put(path_of(other), other)
    mine = hub.client("quan", agencies=["H56"])

    assert mine.put(path_of(dossier), dossier).status_code == 201
    assert mine.get(path_of(other)).status_code == 404
    assert mine.get(path_of(other) + "/deliveries").status_code == 404
    assert mine.put(path_of(other), other).json["code"] == "outside_scope"
    assert mine.post(path_of(other) + "/events", EVENT).status_code == 403
    assert mine.post("/v1/dossiers/H57.14-260511-0099/events", EVENT).status_code == 403
    assert [one["code"] for one in mine.get("/v1/dossiers").json["items"]] == [dossier["code"]]
    assert mine.get("/v1/dossiers?agency=H57").json["items"] == []


def test_a_record_of_others_cannot_be_taken_over_by_naming_oneself(hub, api, dossier):
    other = moved(dossier, "H57.14")
    api.put(path_of(other), other)
    mine = hub.client("quan", agencies=["H56"])
    stolen = {**moved(dossier, "H56.14"), "code": other["code"], "modified_at": "2030-01-01T00:00:00+07:00"}

    assert mine.put(path_of(other), stolen).status_code == 403
    assert api.get(path_of(other)).headers["ETag"] == '"1"'


def test_a_prefix_is_a_level_and_not_a_beginning_of_text(hub, dossier):
    mine = hub.client("quan", agencies=["H56.1"])

    assert mine.put(path_of(dossier), dossier).status_code == 403


@pytest.mark.parametrize(
    ("can", "allowed"),
    [
        (["read"], {"read"}),
        (["write"], {"write"}),
        (["feed"], {"feed"}),
        ([], set()),
        (["read", "write"], {"read", "write"}),
    ],
)
def test_abilities(hub, dossier, can, allowed):
    mine = hub.client("quan", can=can)
    got = {
        "read": mine.get("/v1/dossiers").status_code,
        "write": mine.put(path_of(dossier), dossier).status_code,
        "feed": mine.get("/v1/changes").status_code,
    }

    assert {ability for ability, status in got.items() if status != 403} == allowed
    assert mine.post("/v1/batch", b"").status_code == (200 if "write" in can else 403)
    assert mine.get("/v1/webhook").status_code == (404 if "feed" in can else 403)


def test_kinds(hub, dossier, procedure):
    mine = hub.client("quan", kinds=["procedure"])

    assert mine.put(f"/v1/procedures/{procedure['code']}", procedure).status_code == 201
    assert mine.put(path_of(dossier), dossier).json["code"] == "not_allowed"
    assert mine.get("/v1/dossiers").status_code == 403


def test_the_feed_tells_only_what_is_in_scope(hub, api, dossier, procedure):
    api.put(path_of(dossier), dossier)
    api.put(path_of(moved(dossier, "H57.14")), moved(dossier, "H57.14"))
    api.put(f"/v1/procedures/{procedure['code']}", procedure)
    mine = hub.client("quan", agencies=["H57"], kinds=["dossier"])
    told = mine.get("/v1/changes").json

    assert [item["key"] for item in told["items"]] == ["H57.14-260511-0001"]
    assert mine.get(f"/v1/changes?after={told['next']}").json["items"] == []


def test_a_record_that_passed_to_another_agency_is_no_longer_in_the_feed(hub, api, dossier):
    mine, theirs = (hub.client(name, agencies=[agency]) for name, agency in (("quan", "H56"), ("tinh", "H57")))
    later = {**moved(dossier, "H57.14"), "code": dossier["code"], "modified_at": "2026-06-01T00:00:00+07:00"}
    api.put(path_of(dossier), dossier)
    api.put(path_of(later), {**later, "summary": "of the other agency"})
    told = mine.get("/v1/changes").json

    assert mine.get(path_of(dossier)).status_code == 404
    assert told["items"] == mine.get("/v1/changes?documents=false").json["items"] == []
    assert [line["version"] for line in theirs.get("/v1/changes").json["items"]] == [2]
    assert told["next"] == api.get("/v1/changes").json["next"]


def test_a_scope_with_an_unknown_word_is_refused():
    for wish in ({"kind": []}, {"kinds": ["dossiers"]}, {"can": ["all"]}, {"agencies": ["nowhere"]}):
        with pytest.raises(ValueError):
            Scope.read(wish)


def test_narrowing():
    scope = Scope.read({"agencies": ["H56.14", "H57"]})

    assert scope.narrowed("") == ("H56.14", "H57")
    assert scope.narrowed("H56") == ("H56.14",)
    assert scope.narrowed("H57.22") == ("H57.22",)
    assert scope.narrowed("H58") == ()
    assert Scope().narrowed("") is None
