"""The stand-in refuses what the gateway refuses, and remembers over a restart."""

import pytest

from hub.sdk import Http
from hub.sdk.soap import Fault, Soap
from plugins.sms.client import WSDL
from plugins.sms.simulator import SmsSimulator

GOOD = {
    "User": "lienthong",
    "Password": "lienthong-sms",
    "CPCode": "LIENTHONG",
    "RequestID": "7",
    "UserID": "84901234567",
    "ReceiverID": "84901234567",
    "ServiceID": "LIENTHONG",
    "CommandCode": "bulksms",
    "Content": "Ho so H56-260511-0001 da duoc rut theo yeu cau.",
    "ContentType": "0",
}


def ask(gateway, **changes):
    answer = Soap(Http(), WSDL, address=f"{gateway.url}/bulkapi").call("wsCpMt", **(GOOD | changes))
    return answer["result"], answer["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Password": "x"}, "WRONG_INFORMATION_AUTHENTICATE"),
        ({"CPCode": "x"}, "CP_CODE_NOT_FOUND"),
        ({"RequestID": ""}, "Check RequestID: NULL_OR_BLANK"),
        ({"RequestID": "a-1"}, "Check RequestID: REQUEST_ID_NOT_NUMBER"),
        ({"ReceiverID": "0901234567"}, "Check ReceiverID: FORMAT_ERROR"),
        ({"UserID": "84901234568"}, "UserID_NOT_EQUAL_ReceiverID"),
        ({"CommandCode": "x"}, "Check CommandCode: COMMAND_CODE_ERROR"),
        ({"Content": "Hồ sơ H56-260511-0001 đã được rút theo yêu cầu."}, "Check Content: MAXLENGTH_LIMIT_160_BYTE"),
        ({"Content": "Khuyen mai lon"}, "Check template: CONTENT_NOT_MATCH_TEMPLATE"),
    ],
)
def test_what_the_gateway_refuses_is_refused_in_its_words(gateway, changes, words):
    assert ask(gateway, **changes) == ("0", words)
    assert gateway.holdings() == {}


def test_a_repeated_request_is_told_as_a_duplicate_and_not_kept_twice(tmp_path):
    with SmsSimulator(directory=tmp_path) as gateway:
        assert ask(gateway) == ("1", "Insert MT_QUEUE: OK")
    with SmsSimulator(directory=tmp_path) as gateway:
        assert ask(gateway) == ("0", "Check ServiceID: DUPLICATE MESSAGE")
        assert ask(gateway, RequestID="8") == ("1", "Insert MT_QUEUE: OK")
        (messages,) = gateway.holdings().values()
        assert [message["status"] for message in messages["messages"]] == ["withdrawn", "withdrawn"]  # doubles show


def test_qualified_children_are_refused(gateway):
    body = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><i:wsCpMt xmlns:i="http://impl.bulkSms.ws/">'
        + "".join(f"<i:{name}>{value}</i:{name}>" for name, value in GOOD.items())
        + "</i:wsCpMt></S:Body></S:Envelope>"
    )
    answer = Http().post(f"{gateway.url}/bulkapi", body=body.encode())
    assert b"CP_CODE_NOT_FOUND" in answer.content


def test_a_call_out_of_order_is_a_fault(gateway):
    gateway.faults.order({"fault": "out_of_order_refusal", "times": 1})
    with pytest.raises(Fault) as caught:
        ask(gateway)
    assert caught.value.code == "Client"
