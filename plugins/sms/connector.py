"""One message per chosen event at most, and never the same one twice: rather none than two."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    Garbled,
    Health,
    HealthWord,
    Outcome,
    OutcomeWord,
    Outgoing,
    Pushes,
    Reason,
    Tools,
    Unanswered,
    deferred,
    delivered,
    health_of,
    unknown,
)
from hub.sdk.soap import Fault
from plugins.sms import memo
from plugins.sms.answers import result
from plugins.sms.client import Gateway, request_id
from plugins.sms.mapping import CHOSEN, TEMPLATES, Mapped, Message, messages, receiver
from plugins.sms.quiet import seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BALANCE_KNOWN = "0"  # errCode of checkBalance
DETAIL_LENGTH = 100  # characters of the gateway's words that are kept


class SmsConnector(Connector, Pushes):
    """Tells citizens by text message.

    A message whose sending began and whose end is not known is not handed over again by the hub (`resend`), whatever
    version comes, until an operator says so; it then carries the same number, by which the gateway can tell a double.
    """

    name = "sms"
    title = ("Tin nhắn SMS (Viettel)", "SMS (Viettel brand name)")
    settings_schema: ClassVar[Mapping[str, Any]] = orjson.loads(
        Path(__file__).with_name("settings.schema.json").read_bytes()
    )
    accepts = ("dossier",)
    resend = "never"
    shown_fields = frozenset({"result", "RequestID", "ServiceID", "CommandCode", "ContentType", "errCode", "faultcode"})

    def __init__(self, settings: Mapping[str, Any], tools: Tools) -> None:
        super().__init__(settings, tools)
        self._gateway = Gateway(tools.http, settings)
        self._chosen = tuple(settings.get("events", CHOSEN))
        self._templates = {**TEMPLATES, **settings.get("templates", {})}
        self._quiet = {"start": "21:00", "end": "07:00", **settings.get("quiet_hours", {})}
        self._oldest = timedelta(hours=settings.get("max_age_hours", 72))

    def check(self) -> Health:
        """Ask for the balance."""
        try:
            code, _ = self._gateway.balance()
        except ConnectorError as problem:
            return health_of(problem)
        if code == BALANCE_KNOWN:
            return Health(HealthWord.OK)
        return Health(HealthWord.MISCONFIGURED, f"The gateway refuses the account (errCode {code}).")

    def wants(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Dossiers of somebody with a mobile number."""
        return kind in self.accepts and receiver(document) is not None

    def map_out(self, kind: str, document: Mapping[str, Any]) -> Mapped:
        """Write the message of every chosen event."""
        return messages(document, chosen=self._chosen, templates=self._templates)

    def holding(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The messages that were sent, as they were sent, and the one that is due."""
        told = memo.texts(memo.of(outgoing), outgoing.mapped)
        return {"messages": told} if told else None

    def begun(self, outgoing: Outgoing) -> Mapping[str, Any] | None:
        """The message that was due when a worker died is the one whose end is not known."""
        known, latest = memo.of(outgoing), memo.due(memo.of(outgoing), outgoing.mapped)
        return None if latest is None else memo.begun(known, latest, version=outgoing.version)

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send the message of the latest chosen event, if it is still worth one."""
        return [self._one(outgoing) for outgoing in batch]

    def _one(self, outgoing: Outgoing) -> Outcome:
        known, mapped = memo.of(outgoing), outgoing.mapped
        waiting = memo.open_messages(known, mapped)
        latest = memo.due(known, mapped)
        if latest is None or self._too_old(latest):
            return delivered(outgoing, acknowledged=memo.passed(known, waiting))
        wait = seconds_left(self.tools.clock.now(), **self._quiet)
        if wait:
            return deferred(outgoing, Reason.NOT_READY, detail="Quiet hours.", retry_after=wait)
        return self._send(outgoing, known, latest)

    def _too_old(self, message: Message) -> bool:
        return self.tools.clock.now() - message.at > self._oldest

    def _send(self, outgoing: Outgoing, known: Mapping[str, Any], message: Message) -> Outcome:
        number = request_id(outgoing.channel, outgoing.key, message.event)
        begun = memo.begun(known, message, version=outgoing.version)
        try:
            code, words = self._gateway.send(to=outgoing.mapped.to, content=message.content, request=number)
        except Unanswered as problem:
            return unknown(outgoing, Reason.UNANSWERED, detail=problem.sentence, code=problem.code, acknowledged=begun)
        except Garbled as problem:
            return unknown(outgoing, Reason.GARBLED, detail=problem.sentence, code=problem.code, acknowledged=begun)
        except Fault as problem:
            if not problem.of_server:
                raise
            detail = "The gateway blames itself; it may have queued the message."
            return unknown(outgoing, Reason.UNANSWERED, detail=detail, code=problem.code, acknowledged=begun)
        word, reason = result(code, words)
        if word is OutcomeWord.DELIVERED:
            after = memo.sent(known, outgoing.mapped, message)
            return delivered(outgoing, reference=number, code=code, acknowledged=after)
        doubtful = begun if word is OutcomeWord.UNKNOWN else None
        detail = (words or "")[:DETAIL_LENGTH] or "The gateway gave no reason."
        return Outcome(outgoing.delivery_id, word, reason, code, detail, acknowledged=doubtful)
