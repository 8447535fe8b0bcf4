"""A dossier changes its mind about the post: what can be called off is, what is over is left, nothing is parked."""

from __future__ import annotations

import orjson
import pytest

import plugins.postal
from hub.domain.messages import Role, Source
from hub.flows.operate import Wish, put_channel
from hub.sdk.simulator import Call
from hub.testing import house
from tests.plugins.installed import Installed
from tests.plugins.postal.examples import CITIZEN

DISTRICT = Source("district", Role.CLIENT)
KEY = "H56.14-260511-0001"
OFFICE = {"province": 38, "address": "2 Phố Mẫu", "phone": "0237000000"}


PICKUP = {"pickup": {"contact": CITIZEN, "requested_at": "2026-05-13T09:00:00+07:00"}}
HOME = {"return_method": "post", "return_to": {"contact": CITIZEN, "money_to_collect": 30_000}}
FINISHED = {"id": "2", "status": "finished", "occurred_at": "2026-05-13T11:00:00+07:00"}


def dossier(*events, post=PICKUP, **more):
    accepted = {"id": "1", "status": "accepted", "occurred_at": "2026-05-13T10:00:00+07:00"}
    moments = {"received_at": "2026-05-13T08:30:00+07:00", "due_at": "2026-05-18T17:00:00+07:00"}
    return house.dossier(1, **post, events=[accepted, *events], **moments, **more)


@pytest.fixture
def hub(database_url, post):
    hub = Installed(database_url, plugins.postal, post, channel="vnpost", connector="postal", default_office=OFFICE)
    yield hub
    hub.close()


def scan(hub, status, message, order=f"{KEY}-P"):
    wish = {"act": "scan", "order": order, "status": status, "message": message}
    with hub.partner.memory.together():
        hub.partner.act(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish)))
    hub.clock.advance(seconds=60)


def test_papers_that_the_post_has_already_are_told_to_the_dossier_and_nothing_is_parked(hub):
    hub.put("dossier", dossier(), DISTRICT)
    hub.work()
    scan(hub, 6, "Đã thu gom")
    at = hub.clock.now().isoformat()
    hub.clock.advance(seconds=60)
    hub.put("dossier", dossier({"id": "2", "status": "withdrawn", "occurred_at": at}), DISTRICT)
    hub.work()
    scan(hub, 14, "Phát thành công")
    hub.pull()

    standing = hub.delivery("postal_order", KEY)
    assert (standing["state"], standing["reason"], standing["code"]) == ("delivered", None, "206")
    assert standing["detail"] == "VNPost can no longer cancel: the item is on its way."
    assert hub.equal("postal_order", KEY)
    told = hub.held("dossier", KEY)
    assert told["status"] == "withdrawn"
    assert [event["content"] for event in told["events"] if event.get("note")] == [
        "Bưu chính: Đã thu gom",
        "Bưu chính: Phát thành công (không hủy được nữa, bưu gửi vẫn đến nơi nhận)",
    ]


def standing(hub):
    return hub.delivery("postal_order", KEY)["state"], set(hub.partner.holdings().get(f"postal_order/{KEY}", {}))


@pytest.mark.parametrize("before", [HOME, HOME | PICKUP])
def test_a_result_fetched_at_the_counter_instead_is_called_off_at_the_post(hub, before):
    hub.put("dossier", dossier(FINISHED, post=before), DISTRICT)
    hub.work()
    assert standing(hub) == ("delivered", {"return", *before} & {"return", "pickup"})
    kept = {name: value for name, value in before.items() if name == "pickup"}
    counter = kept | {"return_method": "counter"}
    hub.put("dossier", dossier(FINISHED, post=counter, modified_at="2026-05-19T08:00:00+07:00"), DISTRICT)
    hub.work()

    assert standing(hub) == ("delivered", set(kept))
    assert hub.held("postal_order", KEY)["legs"]["return"]["cancelled_at"] == "2026-05-19T08:00:00+07:00"


def test_papers_brought_by_the_citizen_are_not_fetched_and_the_result_goes_home_all_the_same(hub):
    hub.put("dossier", dossier(), DISTRICT)
    hub.work()
    hub.put("dossier", dossier(post={}, modified_at="2026-05-19T13:00:00+07:00"), DISTRICT)
    hub.put("dossier", dossier(FINISHED, post=HOME, modified_at="2026-05-19T14:00:00+07:00"), DISTRICT)
    hub.work()

    assert standing(hub) == ("delivered", {"return"})
    assert hub.equal("postal_order", KEY)


def test_another_telephone_number_after_the_papers_were_fetched_parks_nothing(hub):
    hub.put("dossier", dossier(), DISTRICT)
    hub.work()
    scan(hub, 14, "Phát thành công")
    hub.pull()
    moved = CITIZEN | {"phone": "0911111111"}
    post = {"pickup": {**PICKUP["pickup"], "contact": moved}, **HOME, "return_to": {"contact": moved}}
    hub.put("dossier", dossier(FINISHED, post=post, modified_at="2026-05-19T14:00:00+07:00"), DISTRICT)
    hub.work()
    assert standing(hub) == ("delivered", {"pickup", "return"})


def test_an_order_made_under_an_earlier_customer_code_is_cancelled_under_that_one(hub):
    hub.put("dossier", dossier(), DISTRICT)
    hub.work()
    first, *others = (hub.partner.settings()[name] for name in ("customer_code", "customer_codes"))
    settings = hub.partner.settings() | {"customer_code": others[0][0], "customer_codes": [first]}
    wish = Wish("postal", settings | {"default_office": OFFICE}, {}, {**house.QUICK})
    put_channel(hub.context, "vnpost", wish, actor="test")
    hub.context.channels.forget()
    assert hub.equal("postal_order", KEY)
    at = "2026-05-13T12:00:00+07:00"
    hub.put("dossier", dossier({"id": "2", "status": "withdrawn", "occurred_at": at}), DISTRICT)
    hub.work()

    assert standing(hub) == ("delivered", set())


@pytest.mark.parametrize("number", ["H56\x00", "X" * 70, "Đơn 1"])
def test_f39_a_scan_whose_order_number_can_be_none_stops_no_other(hub, number):
    hub.put("dossier", dossier(), DISTRICT)
    hub.work()
    hub.partner.memory.put("event", f"{1:024}", {"_id": {"$oid": f"{1:024}"}, "OrderNumber": number, "EventTime": 1})
    scan(hub, 6, "Đã thu gom")
    hub.pull()

    assert hub.held("postal_order", KEY)["status"] == "collected"
