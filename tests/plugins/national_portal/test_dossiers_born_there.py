"""Dossiers that citizens filed on the portal: answered first, then described, then told on."""

from __future__ import annotations

import pytest

from hub.sdk import OutcomeWord, Reason
from hub.sdk.simulator import Fault
from plugins.national_portal.codes import SEND_DECISION, SEND_DOSSIERS, SEND_PROGRESS
from tests.plugins.national_portal.examples import born_there, with_step
from tests.plugins.national_portal.test_dossiers import assert_equal, file_there, publish


def test_a_dossier_born_there_is_left_alone_until_the_office_answers(portal, driver, connector, line):
    document = born_there(steps=0)
    file_there(portal, document)
    [delivery] = publish(driver, document)

    driver.run()

    assert line.calls == []
    assert delivery.settled
    assert connector.holding(driver.outgoing(delivery)) is None
    assert delivery.name not in portal.holdings()


def test_a_dossier_born_there_is_answered_then_described_then_told_on(portal, driver, connector, line):
    document = born_there(steps=2)
    file_there(portal, document)
    publish(driver, document)

    driver.run()

    assert [(call["service"], call.get("type"), call.get("isUpdating")) for call in line.calls] == [
        (SEND_DECISION, "2", None),
        (SEND_DOSSIERS, None, "True"),
        (SEND_PROGRESS, None, None),
    ]
    assert portal.holdings()[f"dossier/{document['code']}"]["decision"]["TrangThai"] == "2"
    assert_equal(portal, driver, connector)


def test_a_supplement_first_and_the_acceptance_later_are_two_answers(portal, driver, connector, line):
    document = with_step(born_there(steps=0), 1, "supplement_requested")
    file_there(portal, document)
    publish(driver, document)
    driver.run()
    assert portal.holdings()[f"dossier/{document['code']}"]["decision"]["TrangThai"] == "5"

    publish(driver, with_step(with_step(document, 3, "accepted"), 5, "supplement_requested"))
    driver.run()

    assert [call["data"][0]["TrangThai"] for call in line.calls if call["service"] == SEND_DECISION] == ["5", "2"]
    assert_equal(portal, driver, connector)


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.GARBLED])
def test_f03_a_lost_answer_to_a_decision_is_asked_after(portal, driver, connector, strike, fault):
    document = born_there(steps=3)
    file_there(portal, document)
    publish(driver, document)
    strike(SEND_DECISION, fault)

    assert driver.step()[0].word is OutcomeWord.UNKNOWN
    driver.run()

    assert_equal(portal, driver, connector)


def test_a_dossier_said_to_be_born_there_that_is_not_is_refused_in_clear_words(driver):
    publish(driver, born_there(steps=1))

    [outcome] = driver.step()

    assert (outcome.word, outcome.reason, outcome.code) == (OutcomeWord.REJECTED, Reason.ORDER, "4")
    assert outcome.detail
