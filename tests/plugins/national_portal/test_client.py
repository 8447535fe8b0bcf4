"""The wire, against the simulator: login, sessions, headers, codes."""

from __future__ import annotations

import pytest

from hub.sdk import Busy, CredentialsRefused, Garbled, NotSent, Tools, Unanswered
from hub.sdk.simulator import Fault
from plugins.national_portal.answers import ANSWERS, Meaning
from plugins.national_portal.client import Portal, UnknownCode
from plugins.national_portal.codes import FIND_DOSSIER, LIST_AGENCIES, LIST_PROCEDURES
from plugins.national_portal.formats import canonical_code


@pytest.fixture
def wire(portal, line, clock):
    def build(**over):
        return Portal({**portal.settings(), **over}, Tools(channel="national", http=line, clock=clock))

    return build


def logins(portal) -> int:
    return sum(entry["path"] == "/mapi/login" for entry in portal._log)


def test_one_login_serves_many_calls(portal, wire):
    client = wire()

    for _ in range(3):
        assert client.call(LIST_PROCEDURES).meaning is Meaning.TAKEN

    assert logins(portal) == 1


def test_a_session_that_ended_is_renewed_and_the_call_is_made_again(portal, wire, clock):
    client = wire()
    client.call(LIST_PROCEDURES)

    clock.advance(hours=1)

    assert client.call(LIST_PROCEDURES).meaning is Meaning.TAKEN
    assert logins(portal) == 2


def test_a_portal_that_ends_every_session_is_not_asked_for_ever(portal, wire, line):
    portal.faults.order({"fault": Fault.EXPIRED_SESSION, "path": "/mapi/g"})

    with pytest.raises(CredentialsRefused):
        wire().call(LIST_PROCEDURES)

    assert len(line.calls) == 2


def test_catalogues_are_asked_at_their_own_address(portal, wire):
    wire().call(LIST_AGENCIES)

    assert portal._log[-1]["path"] == "/mapi/share"


@pytest.mark.parametrize(
    "over",
    [{"password": "wrong"}, {"username": "wrong"}, {"madonvi": "000.00.00.H01"}, {"dstcode": "elsewhere"}],
    ids=lambda over: next(iter(over)),
)
def test_wrong_settings_are_refused_credentials(wire, over):
    with pytest.raises(CredentialsRefused):
        wire(**over).call(LIST_PROCEDURES)


def test_a_wrong_path_reached_nobody(wire):
    with pytest.raises(NotSent):
        wire(integration_endpoint="/nowhere").call(LIST_PROCEDURES)


@pytest.mark.parametrize("service", ["KhongCoDichVuNay", "LayDanhMucTonGiao"])
def test_a_service_the_portal_does_not_offer_is_a_clear_no(wire, service):
    assert wire().call(service).meaning is Meaning.SERVICE


@pytest.mark.parametrize(
    "fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.HTTP_500, Fault.GARBLED, Fault.HALF_BODY]
)
def test_f03_trouble_while_logging_in_means_that_nothing_was_sent(portal, wire, fault):
    portal.faults.order({"fault": fault, "path": "/mapi/login"})

    with pytest.raises(NotSent):
        wire().call(LIST_PROCEDURES)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.TIMEOUT_AFTER, Unanswered),
        (Fault.TIMEOUT_BEFORE, Unanswered),
        (Fault.HTTP_500, Unanswered),
        (Fault.HALF_BODY, Unanswered),
        (Fault.ERROR_IN_200, Unanswered),
        (Fault.GARBLED, Garbled),
        (Fault.HTTP_429, Busy),
    ],
)
def test_trouble_with_a_call_has_its_own_error(portal, wire, fault, error):
    portal.faults.order({"fault": fault, "path": "/mapi/g"})

    with pytest.raises(error):
        wire().call(LIST_PROCEDURES)


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DUPLICATE_ANSWER, Fault.OUT_OF_ORDER_REFUSAL, Fault.PARTIAL_BATCH])
def test_other_faults_do_not_touch_a_question(portal, wire, fault):
    portal.faults.order({"fault": fault, "delay": 0.01})

    assert wire().call(LIST_PROCEDURES).meaning is Meaning.TAKEN


@pytest.mark.parametrize("code", [0, "0", "00", " 0 "], ids=repr)
def test_f24_success_in_every_spelling(portal, wire, code):
    portal.faults.order({"fault": Fault.ODD_CODE, "code": code})

    assert wire().call(LIST_PROCEDURES).meaning is Meaning.TAKEN


@pytest.mark.parametrize("code", [77, "77", "-0-", "OK", "", None, True, False, 0.0, [], "0.0", "٠"], ids=repr)
def test_f24_anything_else_is_never_success(portal, wire, code):
    portal.faults.order({"fault": Fault.ODD_CODE, "code": code, "path": "/mapi/g"})

    with pytest.raises(Garbled):
        wire().call(LIST_PROCEDURES)


@pytest.mark.parametrize("code", ["3", "-3", 3], ids=repr)
def test_f24_exists_without_its_words_is_an_unknown_code(portal, wire, code):
    portal.faults.order({"fault": Fault.ODD_CODE, "code": code, "path": "/mapi/g"})

    with pytest.raises(UnknownCode) as caught:
        wire().call(LIST_PROCEDURES)

    assert caught.value.code == str(code)


def test_every_code_of_the_table_is_written_as_it_is_compared():
    assert all(canonical_code(code) == code for code in ANSWERS)


def test_what_is_not_there_is_told_apart_from_trouble(wire):
    assert wire().call(FIND_DOSSIER, mahoso="H56.14-260514-0404").meaning is Meaning.NOT_FOUND
