"""The SOAP tool over real sockets: it fetches nothing, reads no entities and ends every call in a house error."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.sdk import Busy, CredentialsRefused, Garbled, Http, NotSent, Rejecting, Timeouts, Unanswered, Unmappable
from hub.sdk.exchange import recording
from hub.sdk.simulator import Response, Simulator
from hub.sdk.soap import Fault, Soap

WSDL = Path(__file__).with_name("sample.wsdl")
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
DONE = ENVELOPE.format(
    '<t:tellResponse xmlns:t="http://sample.invalid/"><return><result>1</result><message>ok</message></return></t:tellResponse>'
)
FAULT = ENVELOPE.format(
    "<s:Fault><faultcode>s:Client</faultcode><faultstring>Thiếu số điện thoại</faultstring></s:Fault>"
)
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    + DONE.replace("ok", "&c;")
)
OUTSIDE = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + DONE.replace("ok", "&x;")


class Stub(Simulator):
    """Answers what it is told to, and keeps what it was sent."""

    name = "stub"

    def __init__(self, **options):
        super().__init__(**options)
        self.reply = Response(DONE.encode(), 200, "text/xml; charset=utf-8")
        self.calls = []

    def say(self, body, status=200, content_type="text/xml; charset=utf-8"):
        self.reply = Response(body if isinstance(body, bytes) else body.encode(), status, content_type)

    def answer(self, call):
        self.calls.append(call)
        return self.reply

    def holdings(self):
        return {}


@pytest.fixture
def stub():
    with Stub() as stub:
        yield stub


def soap(stub, *, wsdl=WSDL, shown=frozenset({"result"}), copies=None, timeouts=None):
    return Soap(Http(timeouts or Timeouts(1, 1, 2), shown=shown), wsdl, address=stub.url + "/ws", copies=copies)


def tell(client):
    return client.call("tell", Secret="hush", Number="84901234567")


def test_a_call_goes_to_the_given_address_and_brings_plain_values(stub):
    assert tell(soap(stub)) == {"result": 1, "message": "ok"}
    assert stub.calls[0].path == "/ws"
    assert stub.calls[0].headers["soapaction"] == '"urn:tell"'
    assert b"<Secret>hush</Secret>" in stub.calls[0].body  # unqualified inside the qualified operation


def test_the_exchange_is_kept_with_every_value_masked_but_those_named(stub):
    with recording() as trace:
        tell(soap(stub))
    (exchange,) = trace
    assert "hush" not in exchange.sent
    assert "84901234567" not in exchange.sent
    assert "<Secret>[ẩn]</Secret>" in exchange.sent
    assert "<result>1</result><message>[ẩn]</message>" in exchange.answered


@pytest.mark.parametrize("body", [LAUGHS, OUTSIDE], ids=["billion_laughs", "external_entity"])
def test_an_answer_with_entities_is_garbled_and_nothing_of_it_is_expanded(stub, body):
    stub.say(body)
    with pytest.raises(Garbled, match="DOCTYPE"):
        tell(soap(stub))


@pytest.mark.parametrize(
    "line",
    [
        '<xs:import namespace="urn:far" schemaLocation="{far}"/>',
        '<xs:include schemaLocation="{far}"/>',
        '<xs:import namespace="urn:far" schemaLocation="../test_soap.py"/>',
        '<xs:import namespace="urn:far" schemaLocation="file:///etc/hostname"/>',
    ],
)
@pytest.mark.parametrize("copies", [False, True])
def test_a_wsdl_that_wants_something_from_elsewhere_is_refused_unfetched(stub, tmp_path, line, copies):
    file = tmp_path / "service.wsdl"
    file.write_text(WSDL.read_text().replace("<!-- imports -->", line.format(far=stub.url + "/far.xsd")))
    with pytest.raises(NotSent, match="only local files are read"):
        tell(soap(stub, wsdl=file, copies={"http://other.invalid/": WSDL} if copies else None))
    assert stub.calls == []


def test_a_standard_schema_is_read_from_its_local_copy(stub, tmp_path):
    file, copy = tmp_path / "service.wsdl", tmp_path / "mime.xsd"
    line = '<xs:import namespace="urn:far" schemaLocation="http://www.w3.invalid/mime.xsd"/>'
    file.write_text(WSDL.read_text().replace("<!-- imports -->", line))
    copy.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:far"/>')
    assert tell(soap(stub, wsdl=file, copies={"http://www.w3.invalid/mime.xsd": copy}))["result"] == 1


def test_a_wsdl_with_a_doctype_or_without_a_service_or_absent_is_refused(stub, tmp_path):
    file = tmp_path / "service.wsdl"
    for content in (WSDL.read_text().replace("?>\n", '?>\n<!DOCTYPE d [<!ENTITY e "x">]>\n', 1), "<a/>", "no XML"):
        file.write_text(content)
        with pytest.raises(NotSent, match=r"service\.wsdl"):
            tell(soap(stub, wsdl=file))
    with pytest.raises(NotSent, match=r"absent\.wsdl"):
        tell(soap(stub, wsdl=tmp_path / "absent.wsdl"))


def test_values_that_do_not_fit_the_wsdl_are_never_sent(stub):
    client = soap(stub)
    for values in ({"Secret": "a"}, {"Secret": "a", "Number": "1", "Other": "b"}, {"Secret": "\x00", "Number": "1"}):
        with pytest.raises(Unmappable):
            client.call("tell", **values)
    with pytest.raises(Unmappable):
        client.call("ask")
    assert stub.calls == []


def test_a_fault_is_the_partners_no_with_its_code(stub):
    stub.say(FAULT, 500)
    with pytest.raises(Rejecting, match="Thiếu số điện thoại") as caught:
        tell(soap(stub))
    assert (caught.value.code, caught.value.of_server) == ("Client", False)


def test_a_fault_in_a_200_is_a_fault_all_the_same(stub):
    stub.say(FAULT.replace("s:Client", "s:Server"))
    with pytest.raises(Fault) as caught:
        tell(soap(stub))
    assert (caught.value.code, caught.value.of_server) == ("Server", True)


def test_a_fault_without_code_and_message_is_still_a_no(stub):
    stub.say(ENVELOPE.format("<s:Fault/>"), 500)
    with pytest.raises(Rejecting, match="without saying why") as caught:
        tell(soap(stub))
    assert caught.value.code is None


def test_a_fault_of_1_2_inside_1_1_is_read_where_zeep_finds_neither_code_nor_message(stub):
    fault = (
        "<s:Fault><s:Code><s:Value>SOAP-ENV:Client</s:Value><s:Subcode><s:Value>AuthenticationFailure</s:Value>"
        "</s:Subcode></s:Code><s:Reason><s:Text>Invalid username or password</s:Text></s:Reason></s:Fault>"
    )
    stub.say(ENVELOPE.format(fault), 401)
    with pytest.raises(CredentialsRefused, match="Invalid username") as caught:
        tell(soap(stub))
    assert caught.value.code == "AuthenticationFailure"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, NotSent),
        (302, NotSent),
        (400, Rejecting),
        (429, Busy),
        (503, Busy),
        (500, Unanswered),
        (502, Unanswered),
        (200, Garbled),
    ],
)
def test_a_page_that_is_no_envelope_means_what_its_status_says(stub, status, error):
    stub.say("<html><p>x<br></html>", status, "text/html")
    with pytest.raises(error) as caught:
        tell(soap(stub))
    assert caught.value.code == str(status)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", "<a/>", ENVELOPE.format(""), ENVELOPE.format('<t:other xmlns:t="urn:o"/>')],
)
def test_f22_an_answer_of_another_shape_is_garbled_never_a_success(stub, body):
    stub.say(body)
    with pytest.raises(Garbled):
        tell(soap(stub))


def test_a_value_of_the_wrong_type_is_none_and_is_not_written_to_the_log(stub, caplog):
    stub.say(DONE.replace(">1<", ">Nguyễn<"))
    assert tell(soap(stub))["result"] is None
    assert "Nguyễn" not in caplog.text


def order(stub, **wish):
    stub.faults.order(wish)


def test_f03_a_cut_after_the_request_left_is_unanswered(stub):
    for fault in ("timeout_after", "half_body", "timeout_before"):
        order(stub, fault=fault, times=1)
        with pytest.raises(Unanswered):
            tell(soap(stub))


def test_f30_a_partner_that_is_silent_or_drips_ends_in_time(stub):
    order(stub, fault="slow", times=1, delay=1.5)
    with pytest.raises(Unanswered):
        tell(soap(stub, timeouts=Timeouts(1, 0.2, 2)))


def test_nobody_listening_is_not_sent():
    with Stub() as stub:
        client = soap(stub)
    with pytest.raises(NotSent):
        tell(client)


def test_busy_carries_the_wait(stub):
    order(stub, fault="http_429", times=1, retry_after=7)
    with pytest.raises(Busy) as caught:
        tell(soap(stub))
    assert caught.value.retry_after == 7


def test_one_tool_serves_many_threads(stub):
    client, start = soap(stub), threading.Barrier(8)

    def together(_):
        start.wait(10)
        return [tell(client)["result"] for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(together, range(8))) == [[1] * 10] * 8


def test_the_idle_hub_does_not_carry_zeep():
    program = (
        "import sys, pathlib, hub.sdk.soap as s, hub.sdk as k\n"
        f"s.Soap(k.Http(), pathlib.Path({str(WSDL)!r}), address='http://x.invalid')\n"
        "print([n for n in ('zeep', 'lxml') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
