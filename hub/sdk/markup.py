"""XML from outside, read without trust: declarations are refused before a tree is built, values are masked.

No partner of the field sends a DOCTYPE; whoever does is attacking (entities that grow, files read, addresses fetched).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

DEEPEST = 100  # elements inside each other
SHOWN_LENGTH = 200  # characters of a shown value


class Unreadable(ValueError):
    """The text is no XML this house reads: broken, with a DOCTYPE, or too deep."""


def inspect(content: bytes | str) -> None:
    """Read through once and build nothing. Raises Unreadable."""
    _read(content, expat.ParserCreate())


def parse(content: bytes | str) -> ET.Element:
    """Return the root element. Raises Unreadable."""
    inspect(content)
    try:
        return ET.fromstring(content)  # noqa: S314 (no declaration is in it)
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise Unreadable("The XML is broken.") from problem


def local(name: str) -> str:
    """Return a name without its namespace, in either notation."""
    return name.rpartition("}")[2].rpartition(":")[2]


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """Return the first descendant by local names, None if there is none."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if local(str(inner.tag)) == name), None)
    return element


def text(element: ET.Element | None, *path: str) -> str:
    """Return the trimmed text of the first descendant by local names, "" if there is none."""
    found = child(element, *path)
    return "" if found is None else (found.text or "").strip()


def masked(content: bytes | str, *, shown: AbstractSet[str], hidden: str) -> str:
    """Return elements by local name, attributes left out, with texts hidden whose element is not in `shown`."""
    pieces: list[str] = []
    names: list[str] = []
    texts: list[str] = []

    def value() -> None:
        found = "".join(texts).strip()
        texts.clear()
        if found:
            pieces.append(escape(found[:SHOWN_LENGTH]) if names and names[-1] in shown else hidden)

    def start(name: str, _attributes: Any) -> None:
        value()
        names.append(local(name))
        pieces.append(f"<{names[-1]}>")

    def end(_name: str) -> None:
        value()
        pieces.append(f"</{names.pop()}>")

    parser = expat.ParserCreate()
    parser.CharacterDataHandler = texts.append
    _read(content, parser, start=start, end=end)
    return "".join(pieces)


def _read(content: bytes | str, parser: expat.XMLParserType, *, start: Any = None, end: Any = None) -> None:
    depth = 0

    def opened(name: str, attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(f"The XML is deeper than {DEEPEST} elements.")
        if start:
            start(name, attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(name)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:
        if isinstance(problem, Unreadable):
            raise
        raise Unreadable("The XML is broken.") from problem


def _refuse(*_: Any) -> None:
    raise Unreadable("The XML has a DOCTYPE; none is read here.")
