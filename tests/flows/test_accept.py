"""Accepting: one transaction makes the record, its change, its deliveries and the ledger's line."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from hub.domain.messages import HUB, Message, Role, Source
from hub.flows.accept import Unit, Word, accept
from hub.flows.admit import admit_document, admit_events
from hub.store import changes, delivery_views, records
from hub.store.tables import attachment, change, delivery, ledger
from hub.testing import house

DISTRICT = Source("district", Role.CLIENT)


def unit(raw, source=DISTRICT, kind="dossier", **options):
    admitted = admit_document(kind, raw, source, **options)
    assert not admitted.problems
    return Unit([admitted.message], admitted.files)


def put(context, raw, source=DISTRICT, **options):
    return accept(context, [unit(raw, source, **options)])[0][0]


def held(context, code="H56.14-260511-0001", kind="dossier"):
    with context.store.reading() as connection:
        row = records.find(connection, kind, code)
    return orjson.loads(row["document"])


def rows(context, table):
    with context.store.reading() as connection:
        return connection.execute(select(table)).mappings().all()


def test_a_new_dossier_is_created_then_unchanged_then_updated(context):
    first = put(context, house.dossier())
    again = put(context, house.dossier())
    later = put(context, house.dossier(summary="Khác", modified_at="2026-05-11T09:00:00+07:00"))

    assert [first.word, again.word, later.word] == [Word.CREATED, Word.UNCHANGED, Word.UPDATED]
    assert [first.version, again.version, later.version] == [1, 1, 2]
    assert [(row["version"], row["word"]) for row in rows(context, change)] == [(1, "created"), (2, "updated")]
    assert len(rows(context, ledger)) == 2


def test_what_get_gives_can_be_put_back(context):
    put(context, house.dossier(events=[house.event("accepted", "08:30"), house.event("processing", "10:00", id="7")]))

    assert put(context, held(context)).word is Word.UNCHANGED


def test_a_correction_without_modified_at_takes_effect_whatever_its_content(context):
    for name in ("Bản Z", "Bản A", "Bản M"):
        raw = house.dossier(summary=name)
        del raw["modified_at"]
        put(context, raw)

        assert held(context)["summary"] == name


def test_if_match_on_another_version_changes_nothing(context):
    put(context, house.dossier())

    answer = put(context, house.dossier(summary="x", modified_at="2026-05-12T00:00:00+07:00"), if_match=7)

    assert answer.word is Word.PRECONDITION_FAILED
    assert "summary" not in held(context)


def test_each_channel_that_wants_it_gets_one_delivery(context, partner):
    house.add_echo(context, "all", partner)
    house.add_echo(context, "elsewhere", partner, routing={"agencies": ["H5"]})
    house.add_echo(context, "procedures", partner, kinds=["procedure"])
    put(context, house.dossier())
    put(context, house.dossier(summary="x", modified_at="2026-05-12T00:00:00+07:00"))

    assert [(row["channel"], row["wanted_version"], row["state"]) for row in rows(context, delivery)] == [
        ("all", 2, "waiting")
    ]


def test_events_before_their_dossier_are_kept_and_nothing_is_delivered_until_it_comes(context, partner):
    house.add_echo(context, "all", partner)
    early = admit_events("dossier", "H56.14-260511-0001", [house.event("processing", "10:00")], DISTRICT)
    accept(context, [Unit([early.message])])

    assert held(context)["flags"] == ["incomplete"]
    assert rows(context, delivery) == []

    put(context, house.dossier())

    assert held(context)["status"] == "processing"
    assert [row["wanted_version"] for row in rows(context, delivery)] == [2]


def test_what_came_from_a_channel_is_not_sent_back_to_it(context, partner):
    house.add_echo(context, "portal", partner)
    house.add_echo(context, "other", partner)
    put(context, house.dossier(), Source("portal", Role.CHANNEL))

    with context.store.reading() as connection:
        states = {row["channel"]: row["state"] for row in delivery_views.page(connection)}
    assert states == {"portal": "delivered", "other": "waiting"}


def test_what_others_told_before_the_channel_sent_the_dossier_down_goes_to_it(context, partner):
    house.add_echo(context, "portal", partner)
    early = admit_events("dossier", "H56.14-260511-0001", [house.event("processing", "10:00")], DISTRICT)
    accept(context, [Unit([early.message])])
    put(context, house.dossier(), Source("portal", Role.CHANNEL))

    (row,) = rows(context, delivery)
    assert (row["state"], row["wanted_version"], row["acknowledged_version"]) == ("waiting", 2, None)


def test_its_own_events_before_its_dossier_are_not_sent_back(context, partner):
    house.add_echo(context, "portal", partner)
    portal = Source("portal", Role.CHANNEL)
    early = admit_events("dossier", "H56.14-260511-0001", [house.event("registered", "10:00")], portal)
    accept(context, [Unit([early.message])])
    put(context, house.dossier(), portal)

    (row,) = rows(context, delivery)
    assert (row["state"], row["wanted_version"], row["acknowledged_version"]) == ("delivered", 2, 2)


def test_what_a_channel_was_never_told_goes_to_it_when_it_tells_of_the_record(context, partner):
    put(context, house.dossier())
    house.add_echo(context, "portal", partner)
    told = admit_events(
        "dossier", "H56.14-260511-0001", [house.event("withdrawn", "11:00")], Source("portal", Role.CHANNEL)
    )
    accept(context, [Unit([told.message])])

    (row,) = rows(context, delivery)
    assert (row["state"], row["wanted_version"], row["acknowledged_version"]) == ("waiting", 2, None)


def test_an_echo_does_not_hide_a_version_that_still_waits(context, partner):
    house.add_echo(context, "portal", partner)
    put(context, house.dossier())
    event = admit_events(
        "dossier", "H56.14-260511-0001", [house.event("withdrawn", "11:00")], Source("portal", Role.CHANNEL)
    )
    accept(context, [Unit([event.message])])

    (row,) = rows(context, delivery)
    assert (row["state"], row["wanted_version"], row["acknowledged_version"]) == ("waiting", 2, None)


def test_a_finished_dossier_returned_by_post_makes_one_order_and_its_tracking_makes_steps(context):
    address = {"province": {"code": "38", "name": "Thanh Hóa"}, "detail": "1 Phố Mẫu"}
    contact = {"name": "NGUYỄN VĂN MẪU", "phone": "0900000001", "address": address}
    raw = house.dossier(return_method="post", return_to={"contact": contact}, results=[{"name": "Giấy khai sinh"}])
    put(context, raw)
    with context.store.reading() as connection:
        assert records.find(connection, "postal_order", raw["code"]) is None

    finished = admit_events("dossier", raw["code"], [house.event("finished", "15:00")], DISTRICT)
    accept(context, [Unit([finished.message])])

    order = held(context, kind="postal_order")
    assert order["legs"]["return"]["receiver"] == contact
    assert order["legs"]["return"]["sender"]["agency"] == "H56.14"

    tracking = {
        "id": "t1",
        "leg": "return",
        "occurred_at": "2026-05-12T09:00:00+07:00",
        "status": "delivered",
        "code": "14",
    }
    told = admit_events("postal_order", raw["code"], [tracking], Source("post", Role.CHANNEL))
    assert not told.problems
    accept(context, [Unit([told.message])])
    accept(context, [Unit([told.message])])

    assert held(context)["status"] == "returned"
    assert [one["status"] for one in held(context)["events"]] == ["finished", "returned"]


def test_embedded_files_are_kept_once_and_named_by_url(context):
    paper = {
        "name": "Tờ khai",
        "attachments": [{"name": "a.pdf", "media_type": "application/pdf", "content": "JVBERg=="}],
    }
    put(context, house.dossier(papers=[paper]))
    put(context, house.dossier(2, papers=[paper]))

    (file,) = rows(context, attachment)
    kept = held(context)["papers"][0]["attachments"][0]
    assert kept["url"] == f"/v1/attachments/{file['sha256']}"
    assert (kept["size"], bytes(file["content"])) == (4, b"%PDF")


def test_a_failure_in_further_writes_undoes_everything(context):
    def explode(_connection, _accepted):
        raise RuntimeError("also")

    with pytest.raises(RuntimeError):
        accept(context, [Unit(unit(house.dossier()).messages, (), explode)])

    assert rows(context, change) == []
    assert rows(context, ledger) == []


def test_f32_the_feed_tells_every_version_in_order(context):
    for number in range(1, 30):
        put(context, house.dossier(number))

    with context.store.reading() as connection:
        lines = changes.after(context.store, connection, changes.Position(), limit=100)
    assert [line["key"] for line in lines] == [f"H56.14-260511-{number:04}" for number in range(1, 30)]


def test_a_derived_claim_follows_its_dossier(context):
    place = ("postal_order", "H56.14-260511-0001")
    for legs in ({"pickup": {}}, {"return": {}}):
        body = {"number": place[1], "dossier": place[1], "legs": legs, "modified_at": "2026-05-11T09:00:00+07:00"}
        accept(context, [Unit([Message("postal_order", place[1], HUB, body)])])

    assert held(context, kind="postal_order")["legs"] == {"return": {}}


def tracked(**more):
    at = "2026-05-12T09:00:00+07:00"
    event = {"id": "t1", "leg": "return", "occurred_at": at, "status": "in_transit", "code": "14", **more}
    told = admit_events("postal_order", "H56.14-260511-0001", [event], Source("post", Role.CHANNEL))
    assert not told.problems
    return Unit([told.message])


def brought_home():
    address = {"province": {"code": "38", "name": "Thanh Hóa"}, "detail": "1 Phố Mẫu"}
    contact = {"name": "NGUYỄN VĂN MẪU", "phone": "0900000001", "address": address}
    finished = [house.event("finished", "15:00")]
    return unit(house.dossier(return_method="post", return_to={"contact": contact}, events=finished))


@pytest.mark.parametrize(
    "order",
    [
        ("order", "first", "second"), ("order", "second", "first"), ("first", "order", "second"),
        ("second", "first", "order"), ("first", "second", "order"), ("second", "order", "first", "second"),
    ],
)  # fmt: skip
def test_tracking_makes_the_same_step_whenever_it_comes_and_however_often_it_is_corrected(context, order):
    """The second is the greater content though its step is the lesser text."""
    second = tracked(code="15", message="A")
    said = {"order": brought_home(), "first": tracked(code="14", message="B"), "second": second}
    for word in order:
        accept(context, [said[word]])

    (step,) = [event for event in held(context)["events"] if event["source"] == "hub"]
    assert step["content"] == "Bưu chính: A"
