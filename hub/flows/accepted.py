"""What became of a message: the answer to whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.domain.messages import Held, Message


class Word(StrEnum):
    """What became of one message."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PRECONDITION_FAILED = "precondition_failed"  # If-Match named another version; nothing was changed


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to one message: the record's version now, and what became of it.

    behind: its fields were kept out, since its source had told of later ones.
    """

    kind: str
    key: str
    version: int
    word: Word
    document: Mapping[str, Any]
    digest: str
    behind: bool = False


def is_behind(joined: Held, message: Message) -> bool:
    """Tell whether the fields of a message were kept out, since its source had told of later ones."""
    if message.body is None or message.if_match is not None:
        return False
    kept = next((claim.body for claim in joined.claims if claim.source == message.source.name), message.body)
    return kept != message.body and {**kept, "modified_at": ""} != {**message.body, "modified_at": ""}


def answer(held: Held, word: Word, *, behind: bool = False) -> Accepted:
    """Return what is to be told of a message to a record that is `held` now."""
    return Accepted(held.kind, held.key, held.version, word, held.document, held.digest, behind)
