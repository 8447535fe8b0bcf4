"""What the post says of an item becomes a step of its dossier."""

from __future__ import annotations

from hub.domain.merge import join
from hub.domain.messages import Held, Role, Source, message
from hub.domain.postal_steps import steps_of
from hub.testing import house
from tests.domain.test_derive import dossier


def test_tracking_of_a_dossier_that_was_received_without_a_step_is_a_note_of_an_accepted_one():
    event = {"id": "t", "leg": "pickup", "occurred_at": "2026-05-11T09:30:00+07:00", "status": "collected", "code": "6"}
    body = {"number": "H56.14-260511-0001", "dossier": "H56.14-260511-0001", "legs": {}, "events": [event]}
    order = join(
        Held("postal_order", "H56.14-260511-0001"), message("postal_order", body, Source("post", Role.CHANNEL))
    )
    for received_at, word in (("2026-05-11T08:30:00+07:00", "accepted"), ("2026-05-11T10:30:00+07:00", "registered")):
        (step,) = steps_of(order, dossier(received_at=received_at)).events
        assert step["status"] == word


def test_tracking_of_a_pick_up_is_a_note_in_the_status_then_in_force():
    event = {"id": "t", "leg": "pickup", "occurred_at": "2026-05-11T09:30:00+07:00", "status": "collected", "code": "6"}
    body = {"number": "H56.14-260511-0001", "dossier": "H56.14-260511-0001", "legs": {}, "events": [event]}
    order = join(
        Held("postal_order", "H56.14-260511-0001"), message("postal_order", body, Source("post", Role.CHANNEL))
    )
    held = dossier(house.event("accepted", "08:30"), house.event("processing", "10:00"))

    (step,) = steps_of(order, held).events
    assert (step["status"], step["note"], step["id"]) == ("accepted", True, "post/t")
