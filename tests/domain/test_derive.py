"""What follows from a dossier: the post is called when papers are to be fetched or a result goes home."""

from __future__ import annotations

import pytest

from hub.domain.derive import order_of
from hub.domain.merge import join
from hub.domain.messages import Held, Role, Source, message
from hub.testing import house

CONTACT = {"name": "A", "phone": "0900000001", "address": {"province": {"code": "38", "name": "Thanh Hóa"}}}
DISTRICT = Source("district", Role.CLIENT)


def dossier(*events, **more):
    return join(
        Held("dossier", "H56.14-260511-0001"), message("dossier", house.dossier(events=list(events), **more), DISTRICT)
    )


def test_no_post_no_order():
    assert order_of(dossier(house.event("finished", "15:00"))) is None


def test_a_result_goes_home_only_when_finished():
    home = {"return_method": "post", "return_to": {"contact": CONTACT, "money_to_collect": 30000}}
    assert order_of(dossier(house.event("processing", "09:00"), **home)) is None

    leg = order_of(dossier(house.event("finished", "15:00"), house.event("finished", "16:00"), **home)).body["legs"][
        "return"
    ]
    assert (leg["requested_at"], leg["money_to_collect"]) == ("2026-05-11T15:00:00+07:00", 30000)


def test_a_pick_up_is_cancelled_when_the_dossier_ends():
    pickup = {"pickup": {"contact": CONTACT, "requested_at": "2026-05-11T07:00:00+07:00"}}
    going = order_of(dossier(**pickup)).body["legs"]["pickup"]
    ended = order_of(dossier(house.event("withdrawn", "10:00"), **pickup)).body["legs"]["pickup"]

    assert "cancelled_at" not in going
    assert ended["cancelled_at"] == "2026-05-11T10:00:00+07:00"


HOME = {"return_method": "post", "return_to": {"contact": CONTACT}}
PICKUP = {"pickup": {"contact": CONTACT, "requested_at": "2026-05-11T07:00:00+07:00"}}


def test_a_result_is_not_brought_home_when_the_dossier_ended_after_it_was_finished():
    stopped = dossier(house.event("finished", "15:00"), house.event("stopped", "16:00"), **HOME)
    assert order_of(stopped).body["legs"]["return"]["cancelled_at"] == "2026-05-11T16:00:00+07:00"


@pytest.mark.parametrize("now", [{}, HOME])
def test_a_leg_the_dossier_calls_for_no_more_stays_in_the_order_cancelled(now):
    finished = house.event("finished", "15:00")
    made = join(Held("postal_order", "H56.14-260511-0001"), order_of(dossier(finished, **PICKUP)))
    later = dossier(finished, modified_at="2026-05-12T09:00:00+07:00", **now)
    changed = join(made, order_of(later, made))

    assert changed.document["legs"]["pickup"] == {
        **made.document["legs"]["pickup"],
        "cancelled_at": "2026-05-12T09:00:00+07:00",
    }
    assert ("return" in changed.document["legs"]) is bool(now)
    assert join(changed, order_of(later, changed)).version == changed.version
    again = order_of(dossier(finished, modified_at="2026-05-13T09:00:00+07:00", **PICKUP, **now), changed)
    assert "cancelled_at" not in again.body["legs"]["pickup"]
