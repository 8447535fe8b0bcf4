"""One message per chosen event at most, and never the same one twice: rather none than two."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from hub.sdk import (
    Connector,
    ConnectorError,
    CredentialsRefused,
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
    unknown,
)
from hub.sdk.soap import Fault
from plugins.sms.client import Gateway, request_id
from plugins.sms.mapping import CHOSEN, TEMPLATES, Mapped, Message, messages, receiver, result
from plugins.sms.quiet import seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BALANCE_KNOWN = "0"  # errCode of checkBalance


class SmsConnector(Connector, Pushes):
    """Tells citizens by text message.

    The memo: `sent` event keys in order, `texts` what was sent for each, `passed` keys that were not worth a message,
    `uncertain` keys whose sending began and whose end is not known: those are never sent again by the hub.
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
        except CredentialsRefused as problem:
            return Health(HealthWord.MISCONFIGURED, problem.sentence)
        except (Garbled, Fault) as problem:
            return Health(HealthWord.DEGRADED, problem.sentence)
        except ConnectorError as problem:
            return Health(HealthWord.DOWN, problem.sentence)
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
        """The messages that were sent, as they were sent."""
        memo = outgoing.acknowledged
        texts = memo.get("texts", {})
        sent = [texts[event] for event in memo.get("sent", ())]
        return {"messages": sent} if sent else None

    def push(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send the message of the latest chosen event, if it is still worth one."""
        return [self._one(outgoing) for outgoing in batch]

    def _one(self, outgoing: Outgoing) -> Outcome:
        memo, mapped = outgoing.acknowledged, outgoing.mapped
        settled = {*memo.get("sent", ()), *memo.get("passed", ())}
        open_ones = [message for message in mapped.messages if message.event not in settled]
        latest = mapped.messages[-1] if mapped.messages else None
        if latest is None or latest not in open_ones or self._too_old(latest):
            return self._nothing(outgoing, open_ones)
        if latest.event in memo.get("uncertain", ()):
            return unknown(
                outgoing,
                Reason.UNCERTAIN,
                detail="This message was begun before; it is never sent twice.",
                acknowledged=memo,
            )
        wait = seconds_left(self.tools.clock.now(), **self._quiet)
        if wait:
            return deferred(outgoing, Reason.NOT_READY, detail="Quiet hours.", retry_after=wait)
        return self._send(outgoing, mapped, latest)

    def _too_old(self, message: Message) -> bool:
        return self.tools.clock.now() - message.at > self._oldest

    def _nothing(self, outgoing: Outgoing, passed: Sequence[Message]) -> Outcome:
        """Nothing is worth sending: what was still open is passed over."""
        memo = dict(outgoing.acknowledged)
        if passed:
            memo["passed"] = [*memo.get("passed", ()), *(message.event for message in passed)]
            memo.pop("uncertain", None)
        return delivered(outgoing, acknowledged=memo)

    def _send(self, outgoing: Outgoing, mapped: Mapped, message: Message) -> Outcome:
        memo = outgoing.acknowledged
        number = request_id(outgoing.channel, outgoing.key, message.event)
        begun = {**memo, "uncertain": [message.event]}
        try:
            code, words = self._gateway.send(to=mapped.to, content=message.content, request=number)
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
            return delivered(outgoing, reference=number, code=code, acknowledged=_sent(memo, mapped, message))
        doubtful = begun if word is OutcomeWord.UNKNOWN else None
        return Outcome(outgoing.delivery_id, word, reason, code, (words or "")[:100] or None, acknowledged=doubtful)


def _sent(memo: Mapping[str, Any], mapped: Mapped, message: Message) -> Mapping[str, Any]:
    """The memo after a message: everything older is passed over."""
    sent = [*memo.get("sent", ()), message.event]
    passed = [*memo.get("passed", ())]
    passed += [other.event for other in mapped.messages if other.event not in {*sent, *passed}]
    texts = {**memo.get("texts", {}), message.event: {"status": message.status, "content": message.content}}
    return {"sent": sent, "texts": texts, "passed": passed}
