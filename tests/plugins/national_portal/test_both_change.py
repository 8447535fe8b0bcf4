"""A procedure that is published here and changed by the portal: its queue is not left with an older copy of ours."""

from __future__ import annotations

import orjson
import pytest

import plugins.national_portal
from hub.domain.messages import Role, Source
from hub.sdk.simulator import Call
from tests.plugins.installed import Installed
from tests.plugins.national_portal.examples import procedure

CATALOGUE = Source("catalogue", Role.CLIENT)
KEY = "1.001193"


@pytest.fixture
def hub(database_url, portal):
    hub = Installed(
        database_url, plugins.national_portal, portal, channel="national", connector="national_portal", sweep=100
    )
    yield hub
    hub.close()


def change(hub, **changes):
    wish = {"act": "change_procedure", "code": KEY, "changes": changes}
    with hub.partner.memory.together():
        hub.partner.act(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish)))
    hub.clock.advance(hours=1)
    hub.pull()


def published(hub):
    return [effect["name"] for effect in hub.partner.memory.effects() if effect["shelf"] == "procedure"]


def queue(hub):
    return hub.partner.holdings().get(f"procedure/{KEY}", {}).get("TENTTHC")


def test_what_the_portal_changes_replaces_our_older_copy_in_its_queue_each_time(hub):
    hub.put("procedure", procedure(KEY, name="Tên của tỉnh"), CATALOGUE)
    hub.work()
    assert queue(hub) == "Tên của tỉnh"

    for name in ("Tên mới của Bộ", "Tên mới hơn của Bộ"):
        change(hub, TENTTHC=name)
        assert hub.held("procedure", KEY)["name"] == name
        hub.work()
        assert hub.delivery("procedure", KEY)["state"] == "delivered"
        assert (queue(hub), hub.equal("procedure", KEY)) == (name, True)
    assert published(hub) == [KEY] * 3


def test_what_the_portal_changes_while_ours_still_waits_goes_out_once(hub):
    hub.put("procedure", procedure(KEY, name="Tên của tỉnh"), CATALOGUE)
    change(hub, TENTTHC="Tên mới của Bộ")
    hub.work()

    assert (queue(hub), published(hub)) == ("Tên mới của Bộ", [KEY])
    assert hub.equal("procedure", KEY)


def test_what_was_never_published_here_is_not_sent_back_to_the_portal(hub):
    change(hub, TENTTHC="Tên của Bộ")
    hub.put("procedure", procedure(KEY, name="Tên của tỉnh"), CATALOGUE)  # the portal's word is the stronger one
    hub.work()
    change(hub, TENTTHC="Tên mới của Bộ")
    hub.work()

    assert (hub.held("procedure", KEY)["name"], published(hub)) == ("Tên mới của Bộ", [])
    assert hub.equal("procedure", KEY)


def test_a_date_that_the_portal_sets_anew_is_no_reason_to_publish_again(hub):
    hub.put("procedure", procedure(KEY, name="Tên của tỉnh"), CATALOGUE)
    hub.work()
    change(hub, TENTTHC="Tên mới của Bộ", PHIENBAN="2", NGAYCAPNHAT="20260514100000")
    hub.work()
    for hour in ("11", "12"):  # an approval that stamps what it takes would else go round for ever
        change(hub, NGAYCAPNHAT=f"20260514{hour}0000")
        hub.work()

    assert hub.held("procedure", KEY)["modified_at"].startswith("2026-05-14T12")
    assert published(hub) == [KEY, KEY]
    assert hub.equal("procedure", KEY)
