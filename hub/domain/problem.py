"""What is wrong with a document: where, which rule, and a sentence in Vietnamese and in English without any value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a document; `code` is stable and meant for programs, `vi` and `en` for people."""

    pointer: str
    """JSON Pointer (RFC 6901) to the offending, missing or unknown property."""
    keyword: str
    """The rule broken: a JSON Schema keyword, or `check` names such as `s10` for rules no schema can express."""
    code: str
    vi: str
    en: str


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON Pointer of a path; lone surrogates and NUL in names are replaced, so that it can always be kept."""
    return "".join("/" + _escape(str(part)) for part in parts)


def _escape(part: str) -> str:
    if not part.isascii():
        part = part.encode("utf-8", "replace").decode()
    return part[:128].replace("\x00", "\ufffd").replace("~", "~0").replace("/", "~1")
