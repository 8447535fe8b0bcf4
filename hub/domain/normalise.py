"""One way to write each document: what two systems write differently and mean alike becomes the same bytes.

Text in NFC, codes and times in their kept form, read-only properties dropped, defaults filled in. A document that is
already normal is walked once and returned as it is; parts are rebuilt only where something changes. The given document
is never altered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from unicodedata import is_normalized, normalize

from hub.domain import times
from hub.domain.codes import agency, dossier_number, procedure_code
from hub.domain.codes.malformed import Malformed
from hub.domain.problem import Problem, pointer
from hub.domain.schemas import MAX_DEPTH, problem

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]
Value = TypeVar("Value")

EXACT: Final = 2**53
"""Below this every whole float is the integer it looks like, so 1.0 and 1 are one number."""

_TIMES: Final = frozenset({
    "filed_at", "received_at", "finished_at", "returned_at", "refused_at", "paid_at", "requested_at", "cancelled_at",
    "modified_at", "occurred_at", "started_at",
})  # fmt: skip
_DUE_TIMES: Final = frozenset({"due_at", "due_before", "due_after"})
"""Times of promise: normalised, but they say nothing about when the document was last changed."""
_READ_ONLY: Final = {
    "dossier": ("status", "status_at", "flags"),
    "postal_order": ("status", "status_at", "flags"),
    "procedure": (),
    "event": (),
}
_EVENT_READ_ONLY: Final = ("source", "key")


def normalise(kind: str, document: Document) -> tuple[Document, list[Problem]]:
    """The document in its one kept form, and what could not be brought into it (nothing, if it was validated)."""
    work = _Work()
    plain = work.mapping(_without_read_only(kind, document), ())
    work.latest = max(work.seen, default="")
    return _KINDS[kind](plain, work), work.problems


class _Work:
    """One walk over one document: what changed, what was wrong, which times were seen."""

    __slots__ = ("latest", "problems", "seen")

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.seen: list[str] = []
        self.latest = ""

    def mapping(self, value: Document, path: tuple[str | int, ...], *, free: bool = False) -> Document:
        """A mapping with its text in NFC and its times in the kept form; the same object when nothing changes."""
        if len(path) > MAX_DEPTH:
            return self.too_deep(value, path)
        changed: Document | None = None
        for name, entry in value.items():
            kind = type(entry)
            if kind is str:
                if not entry.isascii():
                    new: Any = self.text(entry, (*path, name)) if free else _nfc(entry)
                elif free:
                    continue
                elif name in _TIMES:
                    new = self.time(entry, path, name)
                    self.seen.append(new)
                elif name in _DUE_TIMES:
                    new = self.time(entry, path, name)
                else:
                    continue
            elif kind is dict:
                new = self.mapping(entry, (*path, name), free=free or name == "data")
            elif kind is list:
                new = self.sequence(entry, (*path, name), free=free)
            elif kind is float and entry.is_integer() and abs(entry) < EXACT:
                new = int(entry)
            else:
                continue
            if new is not entry:
                if changed is None:
                    changed = dict(value)
                changed[name] = new
        result = value if changed is None else changed
        return self.names(result, path) if free else result

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
            elif kind is str and not entry.isascii():
                new = self.text(entry, (*path, index)) if free else _nfc(entry)
            elif kind is float and entry.is_integer() and abs(entry) < EXACT:
                new = int(entry)
            else:
                continue
            if new is not entry:
                if changed is None:
                    changed = list(value)
                changed[index] = new
        return value if changed is None else changed

    def names(self, value: Document, path: tuple[str | int, ...]) -> Document:
        """The property names of a free form are text too."""
        if all(name.isascii() for name in value):
            return value
        return {self.text(name, (*path, name)): entry for name, entry in value.items()}

    def text(self, text: str, path: tuple[str | int, ...]) -> str:
        """Free text in NFC; the validator does not look into a free form, so lone surrogates are found here."""
        try:
            text.encode()
        except UnicodeEncodeError:
            self.problems.append(problem("surrogate", list(path)))
        return _nfc(text)

    def too_deep(self, value: Value, path: tuple[str | int, ...]) -> Value:
        """Leave what lies too deep as it is, and say so."""
        self.problems.append(problem("depth", list(path[:MAX_DEPTH]), limit=MAX_DEPTH))
        return value

    def time(self, text: str, path: tuple[str | int, ...], name: str) -> str:
        """A time in the kept form; a problem and the text as it was, when it is none."""
        try:
            return times.canonical(text)
        except ValueError:
            where = pointer((*path, name))
            self.problems.append(Problem(
                where, "format", "time_malformed",
                f"{where}: không phải thời điểm kèm múi giờ; đúng ra là 2026-05-11T08:30:00+07:00.",
                f"{where}: not a time with offset; right would be 2026-05-11T08:30:00+07:00.",
            ))  # fmt: skip
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
            where = pointer((*path, name))
            self.problems.append(
                Problem(where, "pattern", error.code, f"{where}: {error.vi}.", f"{where}: {error.en}.")
            )
            return document
        return document if kept == text else {**document, name: kept}


def _dossier(document: Document, work: _Work) -> Document:
    given = document.get("code")
    out = dict(work.code(document, (), "code", dossier_number.canonical))
    numbers = out.get("numbers")
    if given is not None and (not numbers or "own" not in numbers):
        out["numbers"] = {"own": given, **(numbers or {})}
    if procedure := out.get("procedure"):
        out["procedure"] = _with_national_code(work.code(procedure, ("procedure",), "code", procedure_code.canonical))
    if agencies := out.get("agencies"):
        out["agencies"] = {
            role: work.code(entry, ("agencies", role), "id", agency.canonical) for role, entry in agencies.items()
        }
    out.setdefault("filed_via", "local")
    return _with_modified_at(out, work)


def _procedure(document: Document, work: _Work) -> Document:
    out = _with_national_code(work.code(document, (), "code", procedure_code.canonical))
    if publisher := out.get("publisher"):
        out["publisher"] = work.code(publisher, ("publisher",), "id", agency.canonical)
    if executing := out.get("executing_agencies"):
        out["executing_agencies"] = [
            work.code(entry, ("executing_agencies", index), "id", agency.canonical)
            for index, entry in enumerate(executing)
        ]
    if related := out.get("related"):
        out["related"] = [
            work.code({"code": code}, ("related", index), "code", procedure_code.canonical)["code"]
            for index, code in enumerate(related)
        ]
    return out


def _postal_order(document: Document, work: _Work) -> Document:
    out = dict(work.code(document, (), "dossier", dossier_number.canonical))
    if "number" in out and dossier_number.is_dossier_number(out["number"]):
        out["number"] = dossier_number.canonical(out["number"])
    return _with_modified_at(out, work)


def _event(document: Document, _work: _Work) -> Document:
    return document


_KINDS: Final[dict[str, Callable[[Document, _Work], Document]]] = {
    "dossier": _dossier,
    "procedure": _procedure,
    "postal_order": _postal_order,
    "event": _event,
}


def _with_national_code(procedure: Document) -> Document:
    try:
        return {**procedure, "national_code": procedure_code.national(procedure["code"])}
    except (KeyError, Malformed):
        return {name: value for name, value in procedure.items() if name != "national_code"}


def _with_modified_at(document: Document, work: _Work) -> Document:
    if work.latest:
        document.setdefault("modified_at", work.latest)
    return document


def _without_read_only(kind: str, document: Document) -> Document:
    names = _EVENT_READ_ONLY if kind == "event" else _READ_ONLY[kind]
    if any(name in document for name in names):
        document = {name: value for name, value in document.items() if name not in names}
    events = document.get("events")
    if events and any("key" in event or "source" in event for event in events):
        document = {**document, "events": [_without_read_only("event", event) for event in events]}
    return document


def _nfc(text: str) -> str:
    return text if is_normalized("NFC", text) else normalize("NFC", text)
