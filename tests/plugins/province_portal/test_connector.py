"""The dossier first, each step once, a procedure only believed when it reads back."""

from __future__ import annotations

from copy import deepcopy

import orjson
import pytest

from hub.sdk import OutcomeWord, Reason
from hub.sdk.simulator import Call, Fault
from plugins.province_portal.codes import (
    GET_DOCUMENT,
    GET_PROCEDURE,
    SYNC_DOCUMENT,
    SYNC_PROCEDURE,
    TOKEN,
    UPDATE_TRACES,
)
from tests.plugins.province_portal.examples import dossier, event, procedure


def publish(driver, number=1, *, steps=1):
    document = dossier(number, steps=steps)
    return driver.publish("dossier", document["code"], document)


def act(portal, **wish):
    portal.control(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish)))


def calls(portal, path):
    return sum(each["path"] == path for each in portal._log)


def traces(portal):
    return [effect for effect in portal.memory.effects() if effect["shelf"] == "trace"]


def equal(driver, portal, delivery):
    return portal.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))


def test_f03_200_dossiers_with_lost_answers_have_each_step_exactly_once(driver, portal):
    for number in range(1, 201):
        publish(driver, number, steps=3)
    portal.faults.order({"fault": "timeout_after", "rate": 0.2, "path": "/Document/", "seed": 7, "times": 200})

    driver.run(rounds=400)

    assert all(each.settled for each in driver.deliveries.values())
    assert len(portal.holdings()) == 200
    assert len(traces(portal)) == 600
    assert all(equal(driver, portal, each) for each in driver.deliveries.values())
    assert any(each.outcomes[0].word is OutcomeWord.UNKNOWN for each in driver.deliveries.values())


def test_f15_a_broken_line_tries_no_more_of_the_batch_and_hides_none(driver, portal):
    deliveries = [publish(driver, number) for number in range(1, 5)]
    driver.push(deliveries[:1])
    portal.faults.order({"fault": "garbled", "times": 1, "path": UPDATE_TRACES})

    outcomes = driver.push(deliveries)

    assert [each.word for each in outcomes] == [
        OutcomeWord.DELIVERED,
        OutcomeWord.UNKNOWN,
        OutcomeWord.DEFERRED,
        OutcomeWord.DEFERRED,
    ]
    assert outcomes[1].acknowledged["created"] is True
    driver.run()
    assert len(traces(portal)) == 4


@pytest.mark.parametrize(
    "fault", ["timeout_before", "timeout_after", "http_500", "garbled", "half_body", "partial_batch"]
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_f03_a_lost_answer_at_any_step_doubles_no_step(driver, portal, fault, position):
    delivery = publish(driver, steps=3)
    for _ in range(position):
        portal.faults.order({"fault": "slow", "delay": 0, "times": 1, "path": UPDATE_TRACES})
    portal.faults.order({"fault": fault, "times": 1, "path": UPDATE_TRACES})

    [outcome] = driver.step()

    assert outcome.word is OutcomeWord.UNKNOWN
    assert len(outcome.acknowledged["events"]) == position
    driver.run()
    assert len(traces(portal)) == 3
    assert equal(driver, portal, delivery)


def test_only_new_steps_are_sent(driver, portal):
    delivery = publish(driver, steps=2)
    driver.run()
    driver.publish("dossier", delivery.key, dossier(steps=5))

    driver.run()

    assert len(traces(portal)) == 5
    assert calls(portal, SYNC_DOCUMENT) == 2
    assert equal(driver, portal, delivery)


def test_a_late_step_that_changes_nothing_else_goes_alone(driver, portal):
    delivery = publish(driver, steps=2)
    driver.run()
    document = deepcopy(dict(delivery.document))
    document["events"].insert(0, event(0, "registered"))
    driver.publish("dossier", delivery.key, document)

    driver.run()

    assert (calls(portal, SYNC_DOCUMENT), len(traces(portal))) == (1, 3)
    assert equal(driver, portal, delivery)


def test_a_step_sent_twice_would_be_seen(driver, portal):
    delivery = publish(driver)
    driver.run()
    [(_, trace)] = driver.outgoing(delivery).mapped["traces"]

    driver.connector.client.add_trace(trace)

    assert len(portal.holdings()[delivery.name]["traces"]) == 2
    assert not equal(driver, portal, delivery)


def test_a_step_of_a_dossier_the_portal_lost_brings_all_of_it_again(driver, portal):
    delivery = publish(driver, steps=2)
    driver.run()
    act(portal, act="forget", document=delivery.key)
    document = deepcopy(dict(delivery.document))
    document["events"].append(event(9, "processing"))
    driver.publish("dossier", delivery.key, document)

    [outcome] = driver.step()

    assert (outcome.word, outcome.reason, outcome.code) == (OutcomeWord.UNKNOWN, Reason.ORDER, "404")
    driver.run()
    assert equal(driver, portal, delivery)


def test_a_step_wrongly_refused_as_out_of_order_is_sent_once(driver, portal):
    delivery = publish(driver, steps=3)
    portal.faults.order({"fault": "out_of_order_refusal", "times": 2, "path": UPDATE_TRACES})

    driver.run()

    assert len(traces(portal)) == 3
    assert equal(driver, portal, delivery)


def test_a_dossier_taken_in_part_is_made_whole(driver, portal):
    delivery = publish(driver)
    portal.faults.order({"fault": "partial_batch", "times": 1, "path": SYNC_DOCUMENT})

    [outcome] = driver.step()

    assert (outcome.word, outcome.code) == (OutcomeWord.UNKNOWN, "206")
    driver.run()
    assert equal(driver, portal, delivery)


def test_the_question_that_fails_leaves_it_unknown(driver, portal):
    delivery = publish(driver)
    driver.step()
    driver.forget(delivery, memo={}, version=None)
    for fault in (Fault.HTTP_500, Fault.HTTP_429, Fault.GARBLED, Fault.ERROR_IN_200):
        portal.faults.order({"fault": fault, "times": 1, "path": GET_DOCUMENT})
        [outcome] = driver.recall([delivery])
        assert outcome.word is OutcomeWord.UNKNOWN, fault


def test_a_procedure_is_published_and_read_back(driver, portal):
    delivery = driver.publish("procedure", "1.001193", procedure())

    driver.run()
    driver.push([delivery])

    assert (calls(portal, SYNC_PROCEDURE), calls(portal, GET_PROCEDURE)) == (1, 1)
    assert equal(driver, portal, delivery)


def test_a_procedure_that_reads_back_otherwise_is_not_delivered(driver, portal):
    delivery = driver.publish("procedure", "1.001193", procedure())
    shown = portal._show_procedure
    portal._show_procedure = lambda code: shown("another")

    [outcome] = driver.step()

    assert outcome.word is OutcomeWord.UNKNOWN
    portal._show_procedure = shown
    driver.run()
    assert delivery.settled
    assert calls(portal, SYNC_PROCEDURE) == 1


@pytest.mark.parametrize("path", [SYNC_PROCEDURE, GET_PROCEDURE])
@pytest.mark.parametrize("fault", ["timeout_after", "http_500", "garbled", "half_body"])
def test_f03_a_lost_answer_about_a_procedure_is_asked_for(driver, portal, path, fault):
    delivery = driver.publish("procedure", "1.001193", procedure())
    portal.faults.order({"fault": fault, "times": 1, "path": path})

    [outcome] = driver.step()

    assert outcome.word is OutcomeWord.UNKNOWN
    driver.run()
    assert equal(driver, portal, delivery)
    assert len(portal.memory.effects()) == 1


def without(document, *names):
    return {name: value for name, value in document.items() if name not in names}


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_f03_what_was_taken_out_is_taken_out_there_though_the_answer_was_lost(driver, portal, fault):
    delivery = publish(driver)
    driver.run()
    document = without(dossier(), "summary", "due_at")
    document["applicant"] = without(document["applicant"], "phone", "address")
    driver.publish("dossier", delivery.key, document)
    portal.faults.order({"fault": fault, "times": 1, "path": SYNC_DOCUMENT})

    driver.run()

    assert equal(driver, portal, delivery)


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_f03_what_a_procedure_lost_is_taken_out_there_though_the_answer_was_lost(driver, portal, fault):
    delivery = driver.publish(
        "procedure", "1.001193", procedure() | {"conditions": "Điều kiện", "description": "Mô tả"}
    )
    driver.run()
    driver.publish("procedure", "1.001193", procedure())
    portal.faults.order({"fault": fault, "times": 1, "path": SYNC_PROCEDURE})

    driver.run()

    assert equal(driver, portal, delivery)


def test_a_look_up_finds_what_still_stands_there_and_what_the_portal_adds_is_not_judged(driver, portal):
    delivery = publish(driver)
    driver.run()
    held = portal.memory.get("document", delivery.key)

    portal.memory.put("document", delivery.key, held | {"DocumentId": 7, "Note": ""})
    assert driver.connector.look_up([driver.outgoing(delivery)])[0].word is OutcomeWord.DELIVERED

    portal.memory.put("document", delivery.key, held | {"Note": "Ghi chú nhầm"})
    assert driver.connector.look_up([driver.outgoing(delivery)])[0].word is OutcomeWord.DEFERRED


def test_f31_reconciling_doubles_no_step_after_the_agency_changed(driver, portal):
    """Steps told under the agency's former name are those steps all the same."""
    delivery = publish(driver, steps=3)
    driver.run()
    moved = deepcopy(dossier(steps=3))
    moved["agencies"]["competent"] = {"id": "H56", "name": "UBND tỉnh Mẫu"}
    driver.publish("dossier", delivery.key, moved)
    driver.run()

    [outcome] = driver.connector.look_up([driver.outgoing(delivery)])

    assert outcome.word is OutcomeWord.DELIVERED
    assert len(traces(portal)) == 3


def test_a_token_is_renewed_when_it_ends_or_is_forgotten(driver, portal, clock):
    publish(driver, 1)
    driver.run()
    clock.advance(hours=2)
    publish(driver, 2)
    driver.run()
    portal.faults.order({"fault": "expired_session", "times": 1, "path": SYNC_DOCUMENT})
    publish(driver, 3)
    [outcome] = driver.step()

    assert outcome.word is OutcomeWord.DELIVERED
    assert calls(portal, TOKEN) == 3


def test_no_token_means_that_nothing_was_sent(driver, portal):
    for fault in (Fault.TIMEOUT_AFTER, Fault.HTTP_500, Fault.GARBLED, Fault.ERROR_IN_200):
        portal.faults.order({"fault": fault, "times": 1, "path": TOKEN})
        publish(driver, 1)
        [outcome] = driver.step()
        assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.UNREACHABLE), fault


def test_nothing_personal_is_kept_of_the_exchanges(driver, portal):
    publish(driver, steps=3)
    driver.run()
    kept = repr(driver.exchanges)

    assert "H56.14-260514-0001" in kept
    personal = ("Nguyễn", "Trần", "0900000001", "000000000001", "Phố Mẫu", "token-1", "hub-secret", "Bước")
    assert not [each for each in personal if each in kept]


def test_the_settings_narrow_what_goes_to_the_portal(driver):
    connector = driver.connector
    connector.settings |= {"agencies": ["H56.1"], "procedures": False}

    assert not connector.wants("dossier", dossier())
    assert not connector.wants("procedure", procedure())
    connector.settings["agencies"] = ["H56"]
    assert connector.wants("dossier", dossier())
    assert not connector.wants("postal_order", {})
