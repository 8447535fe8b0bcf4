"""A dossier is withdrawn when the post has its papers already: nothing is parked, and the dossier is told."""

from __future__ import annotations

import orjson
import pytest

import plugins.postal
from hub.domain.messages import Role, Source
from hub.sdk.simulator import Call
from hub.testing import house
from tests.plugins.installed import Installed
from tests.plugins.postal.examples import CITIZEN

DISTRICT = Source("district", Role.CLIENT)
KEY = "H56.14-260511-0001"
OFFICE = {"province": 38, "address": "2 Phố Mẫu", "phone": "0237000000"}


def dossier(*events):
    pickup = {"contact": CITIZEN, "requested_at": "2026-05-13T09:00:00+07:00"}
    accepted = {"id": "1", "status": "accepted", "occurred_at": "2026-05-13T10:00:00+07:00"}
    moments = {"received_at": "2026-05-13T08:30:00+07:00", "due_at": "2026-05-18T17:00:00+07:00"}
    return house.dossier(1, pickup=pickup, events=[accepted, *events], **moments)


@pytest.fixture
def hub(database_url, post):
    hub = Installed(database_url, plugins.postal, post, channel="vnpost", connector="postal", default_office=OFFICE)
    yield hub
    hub.close()


def scan(hub, status, message):
    wish = {"act": "scan", "order": f"{KEY}-P", "status": status, "message": message}
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
