"""Cases are handed over once, later steps reported in order, decisions brought back: over sockets, with every fault."""

import copy
from dataclasses import replace

import pytest
from civil_builders import ACCEPTED, KEY, RETURNED, act, connector, dossier, outgoing, push

from hub.sdk import HealthWord, OutcomeWord, Reason
from hub.sdk.exchange import recording

FINISHED = dossier(events=[ACCEPTED, RETURNED])


def effects(ministry):
    return [effect["shelf"] for effect in ministry.memory.effects()]


def equal(ministry, software, document, memo):
    return ministry.holdings() == {f"dossier/{KEY}": software.holding(outgoing(software, document, memo))}


def test_it_wants_accepted_dossiers_of_its_procedures_with_a_form(ministry):
    software = connector(ministry)
    assert software.wants("dossier", dossier())
    assert software.wants("dossier", dossier(events=[], received_at="2026-05-11T08:30:00+07:00"))
    assert not software.wants("dossier", dossier(events=[]))
    assert not software.wants("dossier", dossier(events=[ACCEPTED | {"status": "refused"}]))
    assert not software.wants("dossier", {name: value for name, value in dossier().items() if name != "form"})
    interlinked = {"code": "2.002621.H56", "name": "Liên thông"}
    assert software.wants("dossier", dossier() | {"procedure": interlinked})
    assert not software.wants("dossier", dossier() | {"procedure": {"code": "1.009999", "name": "Khác"}})


@pytest.mark.parametrize("kind", ["birth", "death", "marriage"])
def test_a_case_is_handed_over_once(ministry, kind):
    software, document = connector(ministry), dossier(kind)
    first = push(software, document)
    again = push(software, document, first.acknowledged)
    lost = push(software, document)  # the memo was lost: the ministry tells the double
    assert {outcome.word for outcome in (first, again, lost)} == {OutcomeWord.DELIVERED}
    assert effects(ministry) == ["case"]
    assert equal(ministry, software, document, first.acknowledged)


def test_a_later_step_waits_until_the_ministry_has_registered(ministry):
    software = connector(ministry)
    waiting = push(software, FINISHED)
    assert (waiting.word, waiting.reason) == (OutcomeWord.DEFERRED, Reason.ORDER)
    assert waiting.acknowledged["created"]
    for status in ("3", "4"):
        assert act(ministry, act="decide", dossier=KEY, status=status)[0] == 200
    done = push(software, FINISHED, waiting.acknowledged)
    assert done.word is OutcomeWord.DELIVERED
    assert done.acknowledged["reports"] == ["5"]
    assert push(software, FINISHED, waiting.acknowledged).word is OutcomeWord.DELIVERED  # told as a double
    assert effects(ministry) == ["case", "report"]
    assert equal(ministry, software, FINISHED, done.acknowledged)


def test_a_report_on_a_refused_case_is_settled_and_one_against_the_order_is_parked(ministry):
    software = connector(ministry)
    memo = push(software, dossier()).acknowledged
    act(ministry, act="decide", dossier=KEY, status="6", words="Thiếu chữ ký")
    refused = push(software, FINISHED, memo)
    assert refused.word is OutcomeWord.DELIVERED
    assert equal(ministry, software, FINISHED, refused.acknowledged)
    ministry.reset()
    withdrawn = dossier(events=[ACCEPTED, RETURNED | {"status": "withdrawn", "key": "mc/5"}])
    memo = push(software, withdrawn).acknowledged
    assert memo["reports"] == ["6"]
    after = push(software, dossier(events=[*withdrawn["events"], RETURNED]), memo)
    assert (after.word, after.reason) == (OutcomeWord.REJECTED, Reason.ORDER)


POSTED = RETURNED | {
    "occurred_at": "2026-05-14T09:00:00+07:00",
    "source": "hub",
    "key": "hub/post-1",
}  # a second return
EARLIER = RETURNED | {"occurred_at": "2026-05-13T15:00:00+07:00", "key": "mc/8"}  # that comes late


@pytest.mark.parametrize("second", [POSTED, EARLIER], ids=["later", "earlier"])
@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
def test_a_case_that_has_ended_is_not_told_its_end_again(ministry, second, together):
    software = connector(ministry)
    act(ministry, act="auto")
    twice = dossier(events=[ACCEPTED, RETURNED, second])
    memo = {} if together else push(software, FINISHED).acknowledged
    done = push(software, twice, memo)
    assert done.word is OutcomeWord.DELIVERED
    assert (done.acknowledged["reports"], effects(ministry)) == (["5"], ["case", "report"])
    assert equal(ministry, software, twice, done.acknowledged)
    assert equal(ministry, software, twice, {})
    (recalled,) = software.recall([outgoing(software, twice, done.acknowledged)])
    assert recalled.word is OutcomeWord.DELIVERED


@pytest.mark.parametrize("second", [POSTED, EARLIER], ids=["later", "earlier"])
def test_a_second_return_after_a_lost_memo_finds_the_end_that_the_ministry_holds(ministry, second):
    software = connector(ministry)
    act(ministry, act="auto")
    push(software, FINISHED)  # killed before this was written down
    twice = dossier(events=[ACCEPTED, RETURNED, second])
    (recalled,) = software.recall([outgoing(software, twice)])
    done = push(software, twice, recalled.acknowledged)
    assert (done.word, effects(ministry)) == (OutcomeWord.DELIVERED, ["case", "report"])
    assert equal(ministry, software, twice, done.acknowledged)


def test_stopped_after_withdrawn_is_the_same_end_there(ministry):
    software = connector(ministry)
    withdrawn = RETURNED | {"status": "withdrawn", "key": "mc/5"}
    memo = push(software, dossier(events=[ACCEPTED, withdrawn])).acknowledged
    stopped = dossier(events=[ACCEPTED, withdrawn, POSTED | {"status": "stopped"}])
    assert push(software, stopped, memo).word is OutcomeWord.DELIVERED
    assert effects(ministry) == ["case", "report"]


def test_a_supplemented_declaration_is_handed_over_again(ministry):
    software = connector(ministry)
    memo = push(software, dossier()).acknowledged
    act(ministry, act="decide", dossier=KEY, status="2", limit="20/05/2026 17:00:00", words="Bổ sung giấy chứng sinh")
    mended = copy.deepcopy(dossier())
    mended["form"]["data"]["child"]["name"] = "Lê Bình An"
    after = push(software, mended, memo)
    assert (after.word, effects(ministry)) == (OutcomeWord.DELIVERED, ["case", "case"])
    assert equal(ministry, software, mended, after.acknowledged)
    late = copy.deepcopy(mended)
    late["form"]["data"]["child"]["name"] = "Lê Muộn"
    told = push(software, late, after.acknowledged)  # the ministry takes no change any more, and says so
    assert (told.word, effects(ministry)) == (OutcomeWord.DELIVERED, ["case", "case"])
    assert equal(ministry, software, late, told.acknowledged)


def asked(minute, number=0):
    at = f"2026-05-12T10:{minute:02}:00+07:00"
    return {
        "status": "supplement_requested",
        "occurred_at": at,
        "source": "civil_status",
        "key": f"civil_status/{number}{minute}",
    }


def test_a_supplemented_paper_is_handed_over_though_the_declaration_stays(ministry):
    software = connector(ministry)
    memo = push(software, dossier()).acknowledged
    act(ministry, act="decide", dossier=KEY, status="2", words="Bổ sung giấy chứng nhận kết hôn")
    told = dossier(events=[ACCEPTED, asked(1), asked(2) | {"source": "mc", "key": "mc/2"}])
    memo = push(software, told, memo).acknowledged  # nothing was added yet: the request stands
    assert (effects(ministry), ministry.memory.get("case", KEY)["status"]) == (["case"], "2")
    more = copy.deepcopy(told)
    more["papers"].append({"name": "Kết hôn", "attachments": [{"name": "kh.pdf", "content": "JVBERi0="}]})
    after = push(software, more, memo)
    assert (after.word, effects(ministry)) == (OutcomeWord.DELIVERED, ["case", "case"])
    held = ministry.memory.get("case", KEY)
    assert (held["status"], held["files"]) == ("1", 2)
    assert equal(ministry, software, more, after.acknowledged)


def test_what_the_ministry_did_not_take_goes_again_once_it_asks_for_a_supplement(ministry):
    software = connector(ministry)
    memo = push(software, dossier()).acknowledged
    mended = copy.deepcopy(dossier())
    mended["form"]["data"]["child"]["name"] = "Lê Bình An"
    memo = push(software, mended, memo).acknowledged  # too early: «đã tồn tại»
    assert push(software, mended, memo).acknowledged == memo
    act(ministry, act="decide", dossier=KEY, status="2", words="Sai tên")
    after = push(software, mended | {"events": [ACCEPTED, asked(1)]}, memo)
    assert (after.word, effects(ministry)) == (OutcomeWord.DELIVERED, ["case", "case"])
    assert equal(ministry, software, mended, after.acknowledged)


def test_a_change_after_a_lost_answer_is_not_taken_for_what_the_ministry_holds(ministry):
    software = connector(ministry)
    software.check()
    ministry.faults.order({"fault": "timeout_after", "times": 1})
    lost = push(software, dossier())
    mended = copy.deepcopy(dossier())
    mended["form"]["data"]["child"]["name"] = "Lê Bình An"
    (recalled,) = software.recall([outgoing(software, mended, lost.acknowledged)])
    assert recalled.word is OutcomeWord.DEFERRED
    after = push(software, mended, recalled.acknowledged)
    assert after.word is OutcomeWord.DELIVERED
    assert equal(ministry, software, mended, after.acknowledged)


def test_decisions_are_polled_and_become_events(ministry):
    software = connector(ministry)
    push(software, dossier())
    push(software, dossier("death", code="H56.14-260511-0008"))
    act(ministry, act="auto", on=True)
    batch = [outgoing(software, dossier()), outgoing(software, dossier("death", code="H56.14-260511-0008"))]
    unknown_one = [outgoing(software, dossier(code="H56.14-260511-0009"))]
    assert software.poll(unknown_one) == []
    seen = [
        [incoming.body["events"][0]["status"] for item in software.poll(batch) for incoming in software.map_in(item)]
    ]
    seen += [
        [incoming.body["events"][0]["status"] for item in software.poll(batch) for incoming in software.map_in(item)]
        for _ in "12"
    ]
    assert seen == [["processing"] * 2, ["processing"] * 2, ["finished"] * 2]
    assert software.poll(batch) == software.poll(batch)  # the same item again: the hub knows it by its id


@pytest.mark.parametrize("fault", ["timeout_after", "half_body", "garbled", "http_500"])
def test_f03_after_a_lost_answer_the_ministry_is_asked(ministry, fault):
    software, document = connector(ministry), dossier()
    software.check()
    ministry.faults.order({"fault": fault, "times": 1})
    assert push(software, document).word is OutcomeWord.UNKNOWN
    (recalled,) = software.recall([outgoing(software, document)])
    held = bool(ministry.holdings())
    assert held is (fault != "http_500")
    assert recalled.word is (OutcomeWord.DELIVERED if held else OutcomeWord.DEFERRED)


def test_recall_tells_a_part_and_the_rest_follows(ministry):
    software = connector(ministry)
    push(software, dossier())
    (recalled,) = software.recall([outgoing(software, FINISHED)])
    assert (recalled.word, recalled.acknowledged["created"]) == (OutcomeWord.DEFERRED, True)
    act(ministry, act="auto")
    done = push(software, FINISHED, recalled.acknowledged)
    assert done.word is OutcomeWord.DELIVERED
    assert effects(ministry) == ["case", "report"]


@pytest.mark.parametrize(
    ("fault", "word", "reason"),
    [
        ("timeout_after", OutcomeWord.UNKNOWN, Reason.UNANSWERED),
        ("http_429", OutcomeWord.DEFERRED, Reason.BUSY),
        ("error_in_200", OutcomeWord.DEFERRED, Reason.BUSY),
        ("out_of_order_refusal", OutcomeWord.DEFERRED, Reason.ORDER),
        ("odd_code", OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE),
    ],
)
def test_what_went_through_before_a_fault_is_remembered(ministry, fault, word, reason):
    software = connector(ministry)
    act(ministry, act="auto")
    ministry.faults.order({"fault": fault, "times": 1, "path": "/trangthai"})
    outcome = push(software, FINISHED)
    assert (outcome.word, outcome.reason, outcome.acknowledged["created"]) == (word, reason, True)
    done = push(software, FINISHED, outcome.acknowledged)
    assert done.word is OutcomeWord.DELIVERED
    assert effects(ministry) == ["case", "report"]


def test_a_forgotten_session_is_renewed_by_its_refresh_token(ministry):
    software = connector(ministry)
    push(software, dossier())
    ministry.faults.order({"fault": "expired_session", "times": 1})
    assert push(software, dossier("death", code="H56.14-260511-0008")).word is OutcomeWord.DELIVERED
    paths = [request["path"] for request in ministry._log]
    assert paths.count("/api/token") == 1
    assert paths.count("/api/token/refresh") == 1


def test_the_ministrys_no_keeps_its_code_and_nothing_personal(ministry):
    software = connector(ministry)
    document = copy.deepcopy(dossier())
    document["form"]["data"]["applicant"]["name"] = " "
    with recording() as trace:
        outcome = push(software, document)
    assert (outcome.word, outcome.reason, outcome.code) == (OutcomeWord.REJECTED, Reason.DATA, "400")
    kept = f"{outcome}{trace}"
    assert KEY in kept
    assert not [value for value in ("Lê", "038090000001", "0901234567", "mcdt-hotich", "JVBERg") if value in kept]


def test_check_never_raises_and_alters_nothing(ministry):
    assert connector(ministry).check().word is HealthWord.OK
    assert connector(ministry, password="wrong").check().word is HealthWord.MISCONFIGURED
    assert connector(ministry, base_url="http://127.0.0.1:9").check().word is HealthWord.DOWN
    ministry.faults.order({"fault": "garbled", "times": 1})
    assert connector(ministry).check().word is HealthWord.DEGRADED
    assert effects(ministry) == []


def test_wrong_credentials_and_a_shut_door_are_no_delivery(ministry):
    refused = push(connector(ministry, password="wrong"), dossier())
    shut = push(connector(ministry, base_url="http://127.0.0.1:9"), dossier())
    ministry.faults.order({"fault": "timeout_before", "times": 1, "path": "/hoso"})
    silent = push(connector(ministry), dossier())
    assert (refused.word, refused.reason) == (OutcomeWord.DEFERRED, Reason.CREDENTIALS)
    assert (shut.word, shut.reason) == (OutcomeWord.DEFERRED, Reason.UNREACHABLE)
    assert (silent.word, silent.reason) == (OutcomeWord.UNKNOWN, Reason.UNANSWERED)


def test_a_line_that_breaks_in_the_middle_hides_nothing_that_went_through(ministry):
    software = connector(ministry)
    ministry.faults.order({"fault": "http_500", "times": 1, "path": "/trangthai"})
    codes = [f"H56.14-260511-000{number}" for number in (1, 2, 3)]
    act(ministry, act="auto")
    batch = [outgoing(software, dossier(code=code)) for code in codes[:1]]
    batch += [outgoing(software, {**FINISHED, "code": codes[1]}), outgoing(software, dossier(code=codes[2]))]
    batch = [replace(each, delivery_id=number) for number, each in enumerate(batch)]

    first, broken, rest = software.push(batch)

    assert first.word is OutcomeWord.DELIVERED
    assert (broken.word, broken.acknowledged["created"]) == (OutcomeWord.UNKNOWN, True)
    assert (rest.word, rest.acknowledged) == (OutcomeWord.DEFERRED, None)
    assert len(ministry.holdings()) == 2


def test_another_services_address_is_told_and_nothing_counts_as_handed_over(ministry):
    software = connector(ministry, base_url=f"{ministry.url}/elsewhere")
    assert push(software, dossier()).word is OutcomeWord.DEFERRED
    assert software.check().word is not HealthWord.OK
    assert effects(ministry) == []
