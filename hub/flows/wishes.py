"""What somebody wants a channel to be: its name, its settings as the connector will get them, its secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.domain import vault
from hub.domain.codes import agency, procedure_code
from hub.domain.messages import HUB, KINDS
from hub.domain.retry import Politeness
from hub.domain.routing import Routing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.flows.context import Context


class NotPossible(Exception):
    """The wish cannot be fulfilled; `sentences` tell why, in English and Vietnamese."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


@dataclass(frozen=True, slots=True)
class Wish:
    """A channel as somebody wants it. A secret given as `[ẩn]` stays what it is."""

    connector: str
    settings: Mapping[str, Any]
    routing: Mapping[str, Any] = field(default_factory=dict)
    politeness: Mapping[str, Any] = field(default_factory=dict)


def check_name(name: str) -> None:
    """Names of channels and clients stand in addresses and logs. Raises NotPossible."""
    if not (name.isascii() and name.replace("_", "").isalnum() and name[:1].isalpha() and name == name.lower()):
        raise NotPossible(
            f"{name} is no name: lower-case letters, digits and _, beginning with a letter.",
            f"{name} không hợp lệ: chỉ dùng chữ thường, chữ số và _, bắt đầu bằng chữ.",
        )


def not_taken(name: str, *, taken: bool) -> None:
    """Whoever tells something is known by name: a client and a channel of one name would be one. Raises NotPossible."""
    if taken or name == HUB.name:
        raise NotPossible(
            f"{name} is the name of a client, a channel or the hub itself; choose another.",
            f"{name} đã là tên của hệ thống nguồn, của kênh hoặc của chính hub; hãy chọn tên khác.",
        )


def check_wish(context: Context, wish: Wish, settings: Mapping[str, Any]) -> None:
    """Check the settings as the connector will get them; no value is repeated."""
    problems = context.plugins.catalogue.problems(wish.connector, vault.opened(context.vault, settings))
    sentences = [text for one in problems for text in (one.en, one.vi)]
    for read, value in ((Routing.read, wish.routing), (_named, wish.routing), (Politeness.read, wish.politeness)):
        try:
            read(value)
        except (ValueError, TypeError) as problem:
            sentences.append(f"{problem}")
    if sentences:
        raise NotPossible(*sentences)


def _named(routing: Mapping[str, Any]) -> None:
    """Read what a routing names: one that is misspelt would let nothing through, and nobody would be told."""
    unknown = [f"{each}" for each in routing.get("kinds", ()) if each not in KINDS]
    if unknown:
        there = ", ".join(KINDS)
        raise ValueError(f"there is no kind {', '.join(unknown)} (không có loại này); there are {there}")
    for each in routing.get("agencies", ()):
        agency.canonical(each)
    for each in routing.get("procedures", ()):
        procedure_code.canonical(each)


def kept_secrets(
    context: Context, given: Mapping[str, Any], kept: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Seal new secrets; one that is hidden or the same as before stays as it is kept."""
    secret = vault.secret_names(schema)
    fresh = {
        name: value for name, value in given.items() if not (name in secret and _same(context, value, kept.get(name)))
    }
    return {**{name: kept[name] for name in given if name not in fresh}, **vault.sealed(context.vault, fresh, schema)}


def _same(context: Context, given: Any, kept: Any) -> bool:
    if kept is None:
        return False
    hidden = given == vault.SHOWN or (isinstance(given, list) and given and all(one == vault.SHOWN for one in given))
    return bool(hidden) or vault.opened(context.vault, {"": kept}) == {"": given}
