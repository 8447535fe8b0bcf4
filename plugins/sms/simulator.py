"""The gateway's stand-in: SOAP on a real socket, approved templates only, every message kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from xml.sax.saxutils import escape

from hub.sdk import markup
from hub.sdk.simulator import Call, Fault, Response, Simulator
from plugins.sms.answers import DUPLICATE, NOT_SENT, QUEUED, SENT
from plugins.sms.client import WSDL
from plugins.sms.mapping import TEMPLATES
from plugins.sms.simulator_checks import matched, pattern, problem, value

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

NAMESPACE = "http://impl.bulkSms.ws/"
USER, PASSWORD, CP_CODE, BRAND = "lienthong", "lienthong-sms", "LIENTHONG", "LIENTHONG"
ENVELOPE = '<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{}</S:Body></S:Envelope>'


class SmsSimulator(Simulator):
    """Speaks `wsCpMt` and `checkBalance`; holds, for each dossier, the messages that went out."""

    name = "sms"
    approved: ClassVar[Mapping[str, re.Pattern[str]]] = {
        status: pattern(template) for status, template in TEMPLATES.items()
    }

    def settings(self) -> dict[str, Any]:
        """Return settings with which a channel reaches this simulator, at any hour."""
        account = {"url": f"{self.url}/bulkapi", "user": USER, "password": PASSWORD, "cp_code": CP_CODE, "brand": BRAND}
        return account | {"quiet_hours": {"start": "00:00", "end": "00:00"}}

    def answer(self, call: Call) -> Response:
        """Answer one SOAP request, or give the WSDL."""
        if call.method == "GET":
            return Response(WSDL.read_bytes(), 200, "text/xml; charset=utf-8")
        try:
            body = markup.child(markup.parse(call.body), "Body")
        except markup.Unreadable as unreadable:
            return _fault("Client", str(unreadable))
        operation = next(iter(body), None) if body is not None else None
        if call.fault is Fault.OUT_OF_ORDER_REFUSAL:
            return _fault("Client", "Refused out of order.")
        if operation is not None and operation.tag == f"{{{NAMESPACE}}}wsCpMt":
            message, code = self._queue(operation, call)
            return _reply("wsCpMt", message=message, result=code)
        if operation is not None and operation.tag == f"{{{NAMESPACE}}}checkBalance":
            wrong = self._stranger(operation, call)
            return _reply("checkBalance", balance="1000000", errCode="1" if wrong else "0", errDesc=wrong or "OK")
        return _fault("Client", "Cannot find dispatch method.")

    def holdings(self) -> dict[str, Any]:
        """The messages of each dossier, in the order they came."""
        return {f"dossier/{key}": {"messages": messages} for key, messages in self.memory.all("messages").items()}

    def _queue(self, operation: Element, call: Call) -> tuple[str, str]:
        if call.fault is Fault.ERROR_IN_200:
            return "Check information error", NOT_SENT
        wrong = self._stranger(operation, call) or problem(operation, brand=BRAND)
        if wrong:
            return wrong, NOT_SENT
        request, content = value(operation, "RequestID"), value(operation, "Content")
        if self.memory.get("requests", request):
            return DUPLICATE, NOT_SENT
        status, code = matched(self.approved, content) or ("", "")
        if not status:
            return "Check template: CONTENT_NOT_MATCH_TEMPLATE", NOT_SENT
        self.memory.put("requests", request, value=True)
        messages = [*(self.memory.get("messages", code) or []), {"status": status, "content": content}]
        self.memory.put("messages", code, messages)
        self.memory.effect("messages", code, {"status": status, "request": request})
        odd = str(call.details.get("code", "00")) if call.fault is Fault.ODD_CODE else SENT
        return QUEUED, odd

    def _stranger(self, operation: Element, call: Call) -> str | None:
        if value(operation, "CPCode") != CP_CODE:
            return "CP_CODE_NOT_FOUND"
        known = (value(operation, "User"), value(operation, "Password")) == (USER, PASSWORD)
        return None if known and call.fault is not Fault.EXPIRED_SESSION else "WRONG_INFORMATION_AUTHENTICATE"


def _reply(operation: str, **values: str) -> Response:
    fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    body = f'<ns2:{operation}Response xmlns:ns2="{NAMESPACE}"><return>{fields}</return></ns2:{operation}Response>'
    return Response(ENVELOPE.format(body).encode(), 200, "text/xml; charset=utf-8")


def _fault(code: str, words: str) -> Response:
    body = f"<S:Fault><faultcode>S:{code}</faultcode><faultstring>{escape(words)}</faultstring></S:Fault>"
    return Response(ENVELOPE.format(body).encode(), 500, "text/xml; charset=utf-8")
