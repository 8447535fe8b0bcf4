"""One walk over one document: text into NFC, times into the kept form, codes into theirs.

Parts are rebuilt only where something changes: a document that is normal already is returned as it is. Where nothing
but times can need a change (hub.domain.plain), only the places of times are visited.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unicodedata import is_normalized, normalize

import orjson

from hub.domain import times
from hub.domain.codes.malformed import Malformed
from hub.domain.schemas import MAX_DEPTH, problem
from hub.domain.time_places import DONE, DONE_NAMES, DUE, DUE_NAMES, FREE

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.domain.problem import Problem
    from hub.domain.time_places import Places

Document = dict[str, Any]
Value = TypeVar("Value")

EXACT: Final = 2**53
"""Below this every whole float is the integer it looks like, so 1.0 and 1 are one number."""

LARGEST: Final = 2**63
"""Integers beyond 64 bits are floats by the time they come here: their last digits are lost already."""


class Walk:
    """One walk over one document: what changed, what was wrong, which times were seen."""

    __slots__ = ("problems", "seen")

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.seen: list[str] = []  # times of things done, in the kept form; times of promise are not among them

    def mapping(self, value: Document, path: tuple[str | int, ...], *, free: bool = False) -> Document:
        """A mapping with its text in NFC and its times in the kept form; the same object when nothing changes."""
        if len(path) > MAX_DEPTH:
            return self.too_deep(value, path)
        changed: Document | None = None
        for name, entry in value.items():
            kind = type(entry)
            if kind is str:
                if free:
                    new: Any = self.text(entry, (*path, name))
                elif not entry.isascii():
                    new = _nfc(entry)
                elif name in DONE_NAMES:
                    new = self.time(entry, path, name)
                    self.seen.append(new)
                elif name in DUE_NAMES:
                    new = self.time(entry, path, name)
                else:
                    continue
            elif kind is dict:
                new = self.mapping(entry, (*path, name), free=free or name == "data")
            elif kind is list:
                new = self.sequence(entry, (*path, name), free=free)
            elif kind is float:
                new = self.number(entry, (*path, name), free=free)
            else:
                continue
            if new is not entry:
                if changed is None:
                    changed = dict(value)
                changed[name] = new
        result = value if changed is None else changed
        return self.names(result, path) if free else result

    def timed(self, value: Document, places: Places, path: tuple[str | int, ...]) -> Document:
        """What `mapping` makes of a plain document of which only `places` can need a change."""
        changed: Document | None = None
        for name, inner in places.items():
            entry = value.get(name)
            if entry is None:
                continue
            if inner is DONE:
                new: Any = entry if times.is_kept(entry) else self.time(entry, path, name)
                self.seen.append(new)
            elif inner is DUE:
                new = entry if times.is_kept(entry) else self.time(entry, path, name)
            elif inner is FREE:
                new = entry if _is_shallow(entry, len(path)) else self.mapping(entry, (*path, name), free=True)
            elif type(entry) is list:
                new = self.timed_list(entry, inner, (*path, name))
            else:
                new = self.timed(entry, inner, (*path, name))
            if new is not entry:
                if changed is None:
                    changed = dict(value)
                changed[name] = new
        return value if changed is None else changed

    def timed_list(self, value: list[Document], places: Places, path: tuple[str | int, ...]) -> list[Document]:
        """The same for each entry of a list."""
        new = [self.timed(entry, places, (*path, index)) for index, entry in enumerate(value)]
        return value if all(map(is_, new, value)) else new

    def sequence(self, value: list[Any], path: tuple[str | int, ...], *, free: bool) -> list[Any]:
        """The same for a list."""
        if len(path) > MAX_DEPTH:
            return self.too_deep(value, path)
        changed: list[Any] | None = None
        for index, entry in enumerate(value):
            kind = type(entry)
            if kind is dict:
                new: Any = self.mapping(entry, (*path, index), free=free)
            elif kind is list:
                new = self.sequence(entry, (*path, index), free=free)
            elif kind is str and free:
                new = self.text(entry, (*path, index))
            elif kind is str and not entry.isascii():
                new = _nfc(entry)
            elif kind is float:
                new = self.number(entry, (*path, index), free=free)
            else:
                continue
            if new is not entry:
                if changed is None:
                    changed = list(value)
                changed[index] = new
        return value if changed is None else changed

    def names(self, value: Document, path: tuple[str | int, ...]) -> Document:
        """The property names of a free form are text too."""
        if all(name.isascii() and "\x00" not in name for name in value):
            return value
        kept = {self.text(name, (*path, name)): entry for name, entry in value.items()}
        if len(kept) < len(value):
            self.problems.append(problem("names", list(path)))
        return kept

    def text(self, text: str, path: tuple[str | int, ...]) -> str:
        """Free text in NFC; the validator does not look into a free form, so what is no text is found here.

        PostgreSQL keeps no U+0000 (and says so only when the whole transaction is lost).
        """
        if "\x00" in text:
            self.problems.append(problem("nul", list(path)))
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            self.problems.append(problem("surrogate", list(path)))
        return _nfc(text)

    def number(self, number: float, path: tuple[str | int, ...], *, free: bool) -> float:
        """A whole float as the integer it is; the schema bounds all numbers but those of a free form."""
        if not number.is_integer():
            return number
        if abs(number) < EXACT:
            return int(number)
        if free and abs(number) >= LARGEST:
            self.problems.append(problem("digits", list(path)))
        return number

    def too_deep(self, value: Value, path: tuple[str | int, ...]) -> Value:
        """Leave what lies too deep as it is, and say so."""
        self.problems.append(problem("depth", list(path[:MAX_DEPTH]), limit=MAX_DEPTH))
        return value

    def time(self, text: str, path: tuple[str | int, ...], name: str) -> str:
        """A time in the kept form; a problem and the text as it was, when it is none."""
        try:
            return times.canonical(text)
        except ValueError:
            vi = "không phải thời điểm kèm múi giờ; đúng ra là 2026-05-11T08:30:00+07:00"
            en = "not a time with offset; right would be 2026-05-11T08:30:00+07:00"
            self.problems.append(problem("format", [*path, name], code="time_malformed", vi=vi, en=en))
            return text

    def code(
        self, document: Document, path: tuple[str | int, ...], name: str, canonical: Callable[[str], str]
    ) -> Document:
        """`document` with one code property in its kept form."""
        text = document.get(name)
        if text is None:
            return document
        try:
            kept = canonical(text)
        except Malformed as error:
            self.problems.append(problem("pattern", [*path, name], code=error.code, vi=error.vi, en=error.en))
            return document
        return document if kept == text else {**document, name: kept}


def _is_shallow(value: Document, above: int) -> bool:
    """Tell from the number of brackets alone that nothing in a plain value can lie too deep."""
    written = orjson.dumps(value)
    return written.count(b"{") + written.count(b"[") + above <= MAX_DEPTH


def _nfc(text: str) -> str:
    return text if is_normalized("NFC", text) else normalize("NFC", text)
