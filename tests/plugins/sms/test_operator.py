"""An operator's word on a message whose end nobody knows: once is enough, and without it nothing goes again."""

from __future__ import annotations

import pytest
from sms_builders import KEY

import plugins.sms
from hub.domain.messages import Role, Source
from hub.flows.operate import replay
from hub.testing import house
from tests.plugins.installed import Installed

DISTRICT = Source("district", Role.CLIENT)


def dossier(minute, **more):
    return house.dossier(
        7,
        received_at="2026-05-13T08:30:00+07:00",
        due_at="2026-05-18T17:00:00+07:00",
        modified_at=f"2026-05-14T08:{minute:02}:00+07:00",
        events=[{"occurred_at": "2026-05-13T10:00:00+07:00", "status": "accepted", "id": "1"}],
        applicant={"type": "citizen", "name": "Lê Thị Đào", "phone": "0901234567"},
        **more,
    )


@pytest.fixture
def hub(database_url, gateway):
    hub = Installed(database_url, plugins.sms, gateway, channel="sms", connector="sms")
    yield hub
    hub.close()


def lose(hub, fault):
    hub.partner.faults.order({"fault": fault, "times": 1})
    hub.put("dossier", dossier(0), DISTRICT)
    hub.work(rounds=1)
    hub.put("dossier", dossier(1, summary="Khác"), DISTRICT)  # a later version comes while nobody has decided
    hub.work()


class Killed(BaseException):
    """kill -9."""


def kill(hub, monkeypatch):
    """The worker dies after the gateway took the message and before anything of it was written down."""

    def die(point):
        if point == "deliver.pushed":
            raise Killed

    hub.put("dossier", dossier(0), DISTRICT)
    with monkeypatch.context() as patched:
        patched.setattr("hub.flows.deliver.crash_point", die)
        with pytest.raises(Killed):
            hub.work(rounds=1)
    hub.work()


def told(hub):
    return len(hub.partner.holdings().get(f"dossier/{KEY}", {}).get("messages", ()))


def standing(hub):
    return hub.delivery("dossier", KEY)["state"], hub.delivery("dossier", KEY)["reason"]


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "http_500"])
def test_f03_a_later_version_never_sends_a_message_again_whose_end_is_unknown(hub, fault):
    lose(hub, fault)

    assert standing(hub) == ("parked", "uncertain")
    assert len(hub.partner.memory.effects()) == told(hub) == (fault == "timeout_after")
    assert sum("/bulkapi" in request["path"] for request in hub.partner._log if request["method"] == "POST") == 1


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before"])
def test_an_operator_says_resend_once_also_when_a_later_version_came_meanwhile(hub, fault):
    lose(hub, fault)

    assert replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="resend") == 1
    hub.work()

    assert standing(hub) == ("delivered", None)
    assert told(hub) == 1
    assert hub.equal("dossier", KEY)


def test_an_operators_word_outlasts_a_try_that_certainly_sent_nothing(hub):
    lose(hub, "timeout_before")
    hub.partner.faults.order({"fault": "error_in_200", "times": 1})
    replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="resend")
    hub.work(rounds=1)
    assert hub.delivery("dossier", KEY)["state"] == "waiting"

    hub.put("dossier", dossier(2, summary="Khác nữa"), DISTRICT)
    hub.work()

    assert (standing(hub), told(hub)) == (("delivered", None), 1)


def test_an_operators_word_is_for_one_try(hub):
    lose(hub, "timeout_before")
    hub.partner.faults.order({"fault": "timeout_before", "times": 1})
    replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="resend")
    hub.work()

    assert (standing(hub), told(hub)) == (("parked", "uncertain"), 0)


def test_an_operator_who_says_that_it_came_has_it_counted_and_the_later_version_sends_nothing(hub):
    lose(hub, "timeout_after")
    replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="came")
    hub.work()

    assert (standing(hub), told(hub)) == (("delivered", None), 1)
    assert hub.equal("dossier", KEY)


def test_f03_what_came_before_a_worker_was_killed_never_goes_again_with_a_later_version(hub, monkeypatch):
    kill(hub, monkeypatch)
    assert (standing(hub), told(hub)) == (("parked", "uncertain"), 1)
    replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="came")
    hub.put("dossier", dossier(1, summary="Khác"), DISTRICT)
    for number in hub.partner.memory.all("requests"):
        hub.partner.memory.remove("requests", number)  # nobody knows for how long the gateway remembers
    hub.work()

    assert (standing(hub), told(hub)) == (("delivered", None), 1)
    assert hub.equal("dossier", KEY)


def test_what_a_killed_worker_left_goes_again_at_an_operators_word(hub, monkeypatch):
    kill(hub, monkeypatch)
    assert replay(hub.context, {"reason": "uncertain"}, actor="cli", resolve="resend") == 1
    hub.work()

    assert (standing(hub), told(hub)) == (("delivered", None), 1)
