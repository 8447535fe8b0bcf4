"""What a look-up tells: the forms of its answer, and which steps are known again among the rows held."""

from __future__ import annotations

import pytest

from hub.sdk import OutcomeWord
from hub.sdk.simulator import Fault
from plugins.national_portal.codes import FIND_DOSSIER, SEND_DOSSIERS, SEND_PROGRESS
from tests.plugins.national_portal.examples import COMMUNE, dossier


def publish(driver, *documents):
    return [driver.publish("dossier", document["code"], document) for document in documents]


@pytest.mark.parametrize("written", [lambda held: [held], lambda held: held], ids=["a list of one", "the record"])
def test_f31_a_look_up_is_read_whether_it_gives_the_dossier_or_a_list_of_one(
    portal, driver, strike, monkeypatch, written
):
    """A working system reads a list. Taken for "not there", every step would go twice."""
    [delivery] = publish(driver, dossier(steps=3))
    strike(SEND_PROGRESS, Fault.TIMEOUT_AFTER)
    driver.step()
    find = portal._services[FIND_DOSSIER]

    def told(body):
        answer = find(body)
        return answer | {"result": written(answer["result"][0])}

    monkeypatch.setitem(portal._services, FIND_DOSSIER, told)
    driver.run()

    assert portal.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))


@pytest.mark.parametrize(("result", "word"), [([], OutcomeWord.DEFERRED), ("có", OutcomeWord.UNKNOWN)])
def test_an_empty_list_is_a_no_and_a_mere_word_tells_nothing(portal, driver, monkeypatch, result, word):
    [delivery] = publish(driver, dossier(steps=1))
    answer = {"error_code": "0", "message": "Thành công", "result": result}
    monkeypatch.setitem(portal._services, FIND_DOSSIER, lambda _: answer)

    assert driver.recall([delivery])[0].word is word


def test_f31_steps_are_known_again_after_their_agency_got_another_name(portal, driver, strike):
    """NguoiXuLy is the agency's name where no officer is known; the rows there keep the name they were told with."""
    document = dossier(steps=2)
    document["events"] = [{name: each[name] for name in each if name != "officer"} for each in document["events"]]
    [delivery] = publish(driver, document)
    driver.run()
    moved = {"received": COMMUNE, "competent": {"id": "H56", "name": "UBND tỉnh Mẫu"}}
    strike(SEND_DOSSIERS, Fault.TIMEOUT_AFTER)

    publish(driver, document | {"agencies": moved})
    driver.run()

    rows = portal.memory.get("progress", delivery.key)
    assert [row["NguoiXuLy"] for row in rows] == ["UBND xã Mẫu"] * 2
    assert driver.connector.look_up([driver.outgoing(delivery)])[0].word is OutcomeWord.DELIVERED


def test_f31_a_step_whose_words_were_corrected_is_not_told_twice(portal, driver):
    document = dossier(steps=2)
    [delivery] = publish(driver, document)
    driver.run()
    document["events"][1] = document["events"][1] | {"content": "Bước 1, viết lại"}
    publish(driver, document)
    driver.run()

    assert driver.connector.look_up([driver.outgoing(delivery)])[0].word is OutcomeWord.DELIVERED
    assert len(portal.memory.get("progress", delivery.key)) == 2


def test_a_portal_that_lost_a_dossier_gets_its_steps_too_when_only_the_dossier_changed(portal, driver):
    document = dossier(steps=2)
    [delivery] = publish(driver, document)
    driver.run()
    portal.memory.remove("dossier", delivery.key)
    portal.memory.remove("progress", delivery.key)

    publish(driver, document | {"note": "Viết lại"})
    driver.run()

    assert portal.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))


def test_a_dossier_wrongly_denied_keeps_its_steps_as_they_are(portal, driver, strike):
    document = dossier(steps=2)
    [delivery] = publish(driver, document)
    driver.run()
    strike(SEND_DOSSIERS, Fault.OUT_OF_ORDER_REFUSAL)

    publish(driver, document | {"note": "Viết lại"})
    driver.run()

    assert portal.holdings()[delivery.name] == driver.connector.holding(driver.outgoing(delivery))
