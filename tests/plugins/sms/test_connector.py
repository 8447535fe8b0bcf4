"""One message per chosen event at most, over real sockets and with every fault."""

from datetime import datetime, timedelta

import pytest
from sms_builders import KEY, NINE, FixedClock, connector, dossier, event, outgoing, push

from hub.sdk import HealthWord, NotSent, OutcomeWord, Reason
from hub.sdk.exchange import recording

ACCEPTED = event("accepted", "2026-05-13T10:00:00+07:00")
PROCESSING = event("processing", "2026-05-13T11:00:00+07:00")
FINISHED = event("finished", "2026-05-14T08:30:00+07:00")


def held(gateway):
    return [message["status"] for message in gateway.holdings().get(f"dossier/{KEY}", {}).get("messages", ())]


def test_the_latest_chosen_event_is_told_once_and_older_ones_are_passed_over(gateway):
    sms = connector(gateway)
    document = dossier(ACCEPTED, PROCESSING, FINISHED)
    first = push(sms, document)
    assert first.word is OutcomeWord.DELIVERED
    assert first.acknowledged["sent"] == [FINISHED["key"]]
    assert first.acknowledged["passed"] == [ACCEPTED["key"]]
    again = push(sms, document, first.acknowledged)
    assert (again.word, again.acknowledged) == (OutcomeWord.DELIVERED, first.acknowledged)
    assert held(gateway) == ["finished"]
    assert gateway.holdings() == {f"dossier/{KEY}": sms.holding(outgoing(sms, document, first.acknowledged))}


def test_each_chosen_event_gets_its_message_as_it_comes(gateway):
    sms = connector(gateway)
    memo = push(sms, dossier(ACCEPTED)).acknowledged
    memo = push(sms, dossier(ACCEPTED, PROCESSING), memo).acknowledged
    memo = push(sms, dossier(ACCEPTED, PROCESSING, FINISHED), memo).acknowledged
    assert held(gateway) == ["accepted", "finished"]
    content = gateway.holdings()[f"dossier/{KEY}"]["messages"][0]["content"]
    assert content == f"Ho so {KEY} da duoc UBND phuong Hac Thanh tiep nhan. Ngay hen tra: 18/05/2026."
    late = event("supplement_requested", "2026-05-13T15:00:00+07:00")
    outcome = push(sms, dossier(ACCEPTED, late, FINISHED), memo)
    assert outcome.acknowledged["passed"] == [late["key"]]  # it came after a newer one was told
    assert held(gateway) == ["accepted", "finished"]


def test_of_two_steps_at_one_time_the_dossiers_status_is_told(gateway):
    accepted, finished = (
        event(one, FINISHED["occurred_at"], key) for one, key in (("accepted", "z"), ("finished", "a"))
    )
    push(connector(gateway), dossier(accepted, finished))  # as the hub keeps them: by time, then by status
    assert held(gateway) == ["finished"]


def test_an_old_event_is_not_worth_a_message(gateway):
    sms = connector(gateway, FixedClock(NINE + timedelta(hours=100)))
    outcome = push(sms, dossier(ACCEPTED))
    assert (outcome.word, outcome.acknowledged) == (OutcomeWord.DELIVERED, {"passed": [ACCEPTED["key"]]})
    assert held(gateway) == []


def test_the_settings_choose_the_events_and_the_submitter_is_told_when_the_applicant_has_no_number(gateway):
    sms = connector(gateway, events=["processing"])
    document = dossier(ACCEPTED, PROCESSING, phone=None, submitter={"name": "An", "phone": "0912345678"})
    assert sms.wants("dossier", document)
    assert push(sms, document).word is OutcomeWord.DELIVERED
    assert held(gateway) == ["processing"]
    assert not sms.wants("dossier", dossier(ACCEPTED, phone="0237 385 1234"))
    assert not sms.wants("procedure", document)


def test_in_quiet_hours_the_message_waits_until_they_end(gateway):
    clock = FixedClock(datetime.fromisoformat("2026-05-13T22:00:00+07:00"))
    sms = connector(gateway, clock, quiet_hours={})
    outcome = push(sms, dossier(ACCEPTED))
    assert (outcome.word, outcome.reason) == (OutcomeWord.DEFERRED, Reason.NOT_READY)
    assert outcome.retry_after == 9 * 3600
    clock.at += timedelta(seconds=outcome.retry_after)
    assert push(sms, dossier(ACCEPTED)).word is OutcomeWord.DELIVERED


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "half_body", "garbled", "http_500", "odd_code"])
def test_f03_a_message_whose_end_is_unknown_never_goes_twice(gateway, fault):
    sms = connector(gateway)
    gateway.faults.order({"fault": fault, "times": 1})
    lost = push(sms, dossier(ACCEPTED))
    assert lost.word is OutcomeWord.UNKNOWN
    assert lost.acknowledged["uncertain"]["event"] == ACCEPTED["key"]
    told = held(gateway)
    newer = push(sms, dossier(ACCEPTED, FINISHED), lost.acknowledged, version=3)
    assert newer.word is OutcomeWord.DELIVERED
    assert newer.acknowledged["passed"] == [ACCEPTED["key"]]
    assert held(gateway) == [*told, "finished"]


@pytest.mark.parametrize("fault", ["timeout_after", "half_body", "garbled", "odd_code"])
def test_what_goes_again_at_an_operators_word_is_told_apart_by_its_number_in_any_version(gateway, fault):
    sms = connector(gateway)
    gateway.faults.order({"fault": fault, "times": 1})
    lost = push(sms, dossier(ACCEPTED))
    later = push(sms, dossier(ACCEPTED, PROCESSING), lost.acknowledged, version=2)
    assert later.word is OutcomeWord.DELIVERED
    assert "uncertain" not in later.acknowledged
    assert held(gateway) == ["accepted"]


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before"])
def test_an_operator_who_lets_it_go_again_gets_one_message(gateway, fault):
    sms = connector(gateway)
    gateway.faults.order({"fault": fault, "times": 1})
    lost = push(sms, dossier(ACCEPTED))
    again = push(sms, dossier(ACCEPTED), lost.acknowledged)
    assert again.word is OutcomeWord.DELIVERED
    assert held(gateway) == ["accepted"]


def test_an_operator_who_confirms_it_has_it_counted_as_sent(gateway):
    sms = connector(gateway)
    gateway.faults.order({"fault": "timeout_after", "times": 1})
    lost = push(sms, dossier(ACCEPTED))
    document = dossier(ACCEPTED, FINISHED)
    after = push(sms, document, lost.acknowledged, version=2, acknowledged_version=1)
    assert after.acknowledged["sent"] == [ACCEPTED["key"], FINISHED["key"]]
    assert gateway.holdings() == {f"dossier/{KEY}": sms.holding(outgoing(sms, document, after.acknowledged))}


def test_a_repeat_after_a_lost_memo_is_told_apart_by_its_number(gateway):
    sms = connector(gateway)
    push(sms, dossier(ACCEPTED))
    outcome = push(sms, dossier(ACCEPTED))
    assert outcome.word is OutcomeWord.DELIVERED
    assert held(gateway) == ["accepted"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("error_in_200", Reason.BUSY), ("expired_session", Reason.CREDENTIALS)],
)
def test_what_certainly_was_not_sent_is_tried_again(gateway, fault, reason):
    sms = connector(gateway)
    gateway.faults.order({"fault": fault, "times": 1})
    outcome = push(sms, dossier(ACCEPTED))
    assert (outcome.word, outcome.reason, outcome.acknowledged) == (OutcomeWord.DEFERRED, reason, None)
    assert push(sms, dossier(ACCEPTED)).word is OutcomeWord.DELIVERED


@pytest.mark.parametrize("fault", ["slow", "duplicate_answer", "partial_batch"])
def test_faults_that_change_nothing_change_nothing(gateway, fault):
    sms = connector(gateway)
    gateway.faults.order({"fault": fault, "times": 1, "delay": 0.05})
    assert push(sms, dossier(ACCEPTED)).word is OutcomeWord.DELIVERED
    assert push(sms, dossier(ACCEPTED)).word is OutcomeWord.DELIVERED
    assert held(gateway) == ["accepted"]


def test_the_gateways_no_is_rejected_with_its_words(gateway):
    outcome = push(connector(gateway, brand="OTHER"), dossier(ACCEPTED))
    assert (outcome.word, outcome.reason, outcome.code) == (OutcomeWord.REJECTED, Reason.DATA, "0")
    assert outcome.detail == "Check ServiceID: ALIAS_INVALID:TELCO=VT"
    unapproved = push(connector(gateway, templates={"accepted": "Xin chao {code}"}), dossier(ACCEPTED))
    assert unapproved.detail == "Check template: CONTENT_NOT_MATCH_TEMPLATE"
    wrong = push(connector(gateway, password="wrong"), dossier(ACCEPTED))
    assert (wrong.word, wrong.reason) == (OutcomeWord.DEFERRED, Reason.CREDENTIALS)
    assert held(gateway) == []


def test_nothing_personal_and_no_secret_is_kept_of_an_exchange(gateway):
    with recording() as trace:
        push(connector(gateway), dossier(ACCEPTED))
    kept = f"{trace}"
    assert "<ServiceID>LIENTHONG</ServiceID>" in kept
    assert not [value for value in ("84901234567", "lienthong-sms", "Hac Thanh") if value in kept]


def test_check_tells_how_the_gateway_is_and_alters_nothing(gateway):
    assert connector(gateway).check().word is HealthWord.OK
    assert connector(gateway, password="wrong").check().word is HealthWord.MISCONFIGURED
    gateway.faults.order({"fault": "garbled", "times": 1})
    assert connector(gateway).check().word is HealthWord.DEGRADED
    gateway.faults.order({"fault": "timeout_after", "times": 1})
    assert connector(gateway).check().word is HealthWord.DOWN
    assert gateway.memory.effects() == []


def test_nobody_listening_means_not_sent_and_the_memo_stays(gateway):
    sms = connector(gateway, url="http://127.0.0.1:9/bulkapi")
    with pytest.raises(NotSent):
        push(sms, dossier(ACCEPTED))
    assert sms.check().word is HealthWord.DOWN
