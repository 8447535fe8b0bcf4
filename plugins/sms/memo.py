"""What is known to have been sent for a dossier, kept as the delivery's memo. Pure.

sent       event keys in order; `texts` holds what went out for each
passed     event keys that were not worth a message
uncertain  the one message that was begun and whose end is not known: {event, version, text}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.sdk import Outgoing
    from plugins.sms.mapping import Mapped, Message


def of(outgoing: Outgoing) -> dict[str, Any]:
    """Return the memo; an uncertain message whose version was since acknowledged (an operator asked) is sent."""
    memo = dict(outgoing.acknowledged)
    begun, known = memo.get("uncertain"), outgoing.acknowledged_version
    if begun and known is not None and known >= begun["version"]:
        memo.pop("uncertain")
        memo["sent"] = [*memo.get("sent", ()), begun["event"]]
        memo["texts"] = {**memo.get("texts", {}), begun["event"]: begun["text"]}
    return memo


def open_messages(memo: Mapping[str, Any], mapped: Mapped) -> list[Message]:
    """The messages that are neither sent nor passed over, oldest first."""
    settled = {*memo.get("sent", ()), *memo.get("passed", ())}
    return [message for message in mapped.messages if message.event not in settled]


def due(memo: Mapping[str, Any], mapped: Mapped) -> Message | None:
    """The latest message, if it is open: the only one that is worth sending."""
    latest = mapped.messages[-1] if mapped.messages else None
    return latest if latest in open_messages(memo, mapped) else None


def begun(memo: Mapping[str, Any], message: Message, *, version: int) -> dict[str, Any]:
    """The sending of a message has begun and its end is not known."""
    return {**memo, "uncertain": {"event": message.event, "version": version, "text": text(message)}}


def sent(memo: Mapping[str, Any], mapped: Mapped, message: Message) -> dict[str, Any]:
    """A message went out; all other open ones are passed over."""
    others = [other for other in open_messages(memo, mapped) if other.event != message.event]
    after = passed(memo, others)
    after["sent"] = [*memo.get("sent", ()), message.event]
    after["texts"] = {**memo.get("texts", {}), message.event: text(message)}
    return after


def passed(memo: Mapping[str, Any], messages: Sequence[Message]) -> dict[str, Any]:
    """These messages are not worth sending any more."""
    after = {name: value for name, value in memo.items() if name != "uncertain"}
    if messages:
        after["passed"] = [*memo.get("passed", ()), *(message.event for message in messages)]
    return after


def texts(memo: Mapping[str, Any], mapped: Mapped) -> list[Mapping[str, Any]]:
    """What the gateway has sent once the dossier's last message went out."""
    told: list[Mapping[str, Any]] = [memo["texts"][event] for event in memo.get("sent", ())]
    latest = due(memo, mapped)
    return told if latest is None else [*told, text(latest)]


def text(message: Message) -> dict[str, str]:
    """A message as the holdings show it."""
    return {"status": message.status, "content": message.content}
