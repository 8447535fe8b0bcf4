"""What a SOAP answer tells before it is read: a fault, a status without one, a trap, another operation's element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import markup
from hub.sdk.answers import raise_for
from hub.sdk.errors import CredentialsRefused, Garbled, NotSent, Rejecting

if TYPE_CHECKING:
    from hub.sdk.answers import Answer

REDIRECT = range(300, 400)
NO_ENTRY = frozenset({401, 403})
NOBODY = frozenset({404, 405})
ERROR = 400
SERVER_CODES = frozenset({"Server", "Receiver"})  # SOAP 1.1 and 1.2
REASON_LENGTH = 200  # characters of a partner's reason that are kept


class Fault(Rejecting):
    """The partner answered with a SOAP fault.

    `code`: its code (the subcode where there is one), None when it gives none. `of_server`: it says the fault is its
    own, so that a connector whose messages must not go twice may treat the outcome as unknown.
    """

    def __init__(self, sentence: str, *, code: str | None = None, of_server: bool = False) -> None:
        super().__init__(sentence, code=code)
        self.of_server = of_server


def look(answer: Answer, wanted: Any) -> None:
    """Raise what the answer tells before zeep reads it: a fault, a status, a trap, another operation's element.

    wanted: the element the operation answers with; zeep would take any other one for an empty answer.
    """
    if "multipart/" in answer.headers.get("Content-Type", ""):  # XOP: zeep takes it apart, under the same settings
        raise_for(answer.status, answer.headers)
        return
    try:
        root = markup.parse(answer.content)
    except markup.Unreadable as problem:
        _raise_for_plain(answer)
        raise Garbled(f"The answer is not readable: {problem}", code=str(answer.status)) from None
    fault = markup.child(root, "Body", "Fault")
    if fault is not None:
        raise _refusal(fault, answer.status)
    _raise_for_plain(answer)
    if wanted is not None and not any(inner.tag == str(wanted.qname) for inner in markup.child(root, "Body") or ()):
        raise Garbled("The answer is that of another operation, or empty.", code=str(answer.status))


def _raise_for_plain(answer: Answer) -> None:
    """An answer that is no fault: what its status means."""
    status = answer.status
    if status in NO_ENTRY:
        raise CredentialsRefused(f"HTTP {status}", code=str(status))
    if status in NOBODY or status in REDIRECT:
        raise NotSent(f"No SOAP service answers at this address (HTTP {status}).", code=str(status))
    raise_for(status, answer.headers)
    if status >= ERROR:
        raise Rejecting(f"HTTP {status}", code=str(status))


def _refusal(fault: Any, status: int) -> Rejecting | CredentialsRefused:
    """Read a fault of SOAP 1.1, of 1.2, or of 1.2 inside 1.1 (node-soap on a refused login: zeep finds nothing)."""
    main = markup.local(markup.text(fault, "faultcode") or markup.text(fault, "Code", "Value"))
    code = markup.local(markup.text(fault, "Code", "Subcode", "Value")) or main or None
    reason = markup.text(fault, "faultstring") or markup.text(fault, "Reason", "Text")
    sentence = reason[:REASON_LENGTH] or "The partner refused without saying why."
    if status in NO_ENTRY:
        return CredentialsRefused(sentence, code=code or str(status))
    return Fault(sentence, code=code, of_server=main in SERVER_CODES)
